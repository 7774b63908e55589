"""The providers that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from integration.adapters.video.bigbluebutton import BigBlueButtonVideo
from integration.adapters.video.fixed import FixedVideo
from integration.adapters.video.jitsi import JitsiVideo
from integration.adapters.video.meet import MeetVideo
from integration.adapters.video.zoom import ZoomVideo
from integration.ports import VideoProvider
from integration.settings import Settings


def configured(settings: Settings, *, key: bytes, clock: Callable[[], datetime]) -> dict[str, VideoProvider]:
    """By name; `load` has seen to it that each has what it needs."""
    found: list[VideoProvider] = []
    if settings.video_link:
        found.append(FixedVideo(settings.video_link, key=key))
    if settings.jitsi_url:
        secret = settings.jitsi_app_secret.get_secret_value()
        found.append(JitsiVideo(settings.jitsi_url, key=key, clock=clock, app_id=settings.jitsi_app_id, app_secret=secret))
    if settings.bigbluebutton_url:
        secret = settings.bigbluebutton_secret.get_secret_value()
        found.append(BigBlueButtonVideo(settings.bigbluebutton_url, secret, key=key))
    if settings.zoom_account_id:
        account = settings.zoom_account_id, settings.zoom_client_id, settings.zoom_client_secret.get_secret_value()
        found.append(ZoomVideo(*account, settings.zoom_user, key=key, clock=clock))
    if settings.meet_credentials:
        found.append(MeetVideo(settings.meet_credentials, settings.meet_subject, clock=clock))
    return {provider.name: provider for provider in found}
