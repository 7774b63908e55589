from integration.messages import Reply


def test_smoke(chat):
    assert "Siti" in chat("siti").says("/hadir masuk")
    assert "masuk" in chat("siti").says("/hadir MSAUK")
    t = chat("stranger")
    assert "stranger" in t.says("/hadir")
    assert isinstance(t.last, Reply)
