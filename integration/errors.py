"""The two kinds of failure that the rest of the code has to tell apart."""

from __future__ import annotations


class UserError(Exception):
    """What went wrong and how to mend it, in the reader's language; shown as it is.

    Dispatch rolls the transaction back and answers with the text.
    """


class Refused(UserError):
    """A request that nobody honest makes: forged, expired, replayed, or another person's.

    Dispatch rolls back, writes an audit row, and the adapter answers 403.
    """


class DeliveryError(Exception):
    """An outside system did not take what we sent.

    `permanent` says that a repeat cannot help: the outbox puts the row on the dead-letter list
    at once instead of trying again. `retry_after` is the number of seconds the other side asked for.
    """

    # The platform that lets us in no more until an administrator acts; everything for it waits meanwhile.
    locked_out = ""

    def __init__(self, text: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.retry_after = retry_after


class NotMember(DeliveryError):
    """The bot is not in that channel, so it may not look there; whoever asked is told how to invite it.

    `invite` is the line that invites it, where the platform has one; else `account` is who has to be added.
    """

    def __init__(self, text: str, *, invite: str = "", account: str = "") -> None:
        super().__init__(text, permanent=True)
        self.invite = invite
        self.account = account
