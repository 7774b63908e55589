"""An answer on paper: as text, or as what a program can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from integration.adapters.local.storage import write_whole
from integration.messages import Answer, Field, File, Form, FormErrors, Reply, plain
from integration.safe_names import safe_name


def refused(answer: Answer) -> bool:
    return isinstance(answer, FormErrors) or (isinstance(answer, Reply) and answer.refused)


def as_text(answer: Answer, saved: Sequence[Path] = ()) -> str:
    if isinstance(answer, FormErrors):
        return "\n".join(f"{name}: {text}" if name else str(text) for name, text in _errors(answer).items())
    if isinstance(answer, Form):
        return _form_text(answer)
    labels = " ".join(f"[{button.label}]" for button in answer.buttons)
    return "\n".join(filter(None, (plain(answer.text), labels, *(f"saved: {path}" for path in saved))))


def _form_text(form: Form) -> str:
    lines = [plain(form.title) if form.title else "", plain(form.intro) if form.intro else ""]
    lines += [_field_text(field) for field in form.fields]
    wanted = " ".join(f"--set {field.name}=…" for field in form.fields if field.required and not field.default)
    return "\n".join(filter(None, [*lines, f"Fill it with: {wanted or '--set ' + form.fields[0].name + '=…'}"]))


def _field_text(field: Field) -> str:
    choices = " | ".join(value if value == label else f"{value} ({plain(label)})" for value, label in field.choices)
    notes = [choices, plain(field.hint) if field.hint else "", f"default: {field.default}" if field.default else ""]
    label = plain(field.label) + ("" if field.required else " (optional)")
    return f"  {field.name}: {label}" + "".join(f"; {note}" for note in notes if note)


def as_data(answer: Answer, saved: Sequence[Path] = ()) -> dict[str, Any]:
    """text, buttons, files, form, errors, ok: always all of them."""
    reply = answer if isinstance(answer, Reply) else None
    return {
        "ok": not refused(answer),
        "text": plain(reply.text) if reply else "",
        "buttons": [{"label": b.label, "action": b.action, "value": b.value, "style": b.style} for b in reply.buttons]
        if reply
        else [],
        "files": _files(reply, saved) if reply else [],
        "form": _form_data(answer) if isinstance(answer, Form) else None,
        "errors": _errors(answer) if isinstance(answer, FormErrors) else None,
    }


def _files(reply: Reply, saved: Sequence[Path]) -> list[dict[str, Any]]:
    return [
        {"name": file.name, "media_type": file.media_type, "bytes": len(file.content), "path": str(path)}
        for file, path in zip(reply.files, saved, strict=True)
    ]


def _errors(answer: FormErrors) -> Mapping[str, str]:
    return {name: plain(text) for name, text in answer.by_field.items()}


def _form_data(form: Form) -> dict[str, Any]:
    return {
        "title": plain(form.title),
        "intro": plain(form.intro),
        "submit": plain(form.submit),
        "fields": [
            {
                "name": field.name,
                "label": plain(field.label),
                "kind": field.kind,
                "default": field.default,
                "hint": plain(field.hint),
                "required": field.required,
                "choices": [{"value": value, "label": plain(label)} for value, label in field.choices],
            }
            for field in form.fields
        ],
    }


def save(files: Sequence[File], folder: Path) -> list[Path]:
    """Write each file into the folder under its own name, or a numbered one if another file has it."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for file in files:
        path = _free(folder / safe_name(file.name), file.content)
        write_whole(path, file.content)
        saved.append(path)
    return saved


def _free(path: Path, content: bytes) -> Path:
    number, candidate = 1, path
    while candidate.exists() and candidate.read_bytes() != content:
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate
