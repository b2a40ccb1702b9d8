"""``[operations]``: how the service is watched."""

from datetime import timedelta

from pydantic import Field

from pacs_dedup.config.section import MAX_PORT, Section


class Operations(Section):
    """``[operations]``: how the service is watched."""

    bind: str = "127.0.0.1"
    port: int = Field(default=9112, ge=0, le=MAX_PORT)
    queue_age_s: float = Field(default=1800, gt=0)
    log_uids: bool = False
    ntp_server: str = ""

    @property
    def queue_age(self) -> timedelta:
        """Age of the oldest queue entry above which a warning is given."""
        return timedelta(seconds=self.queue_age_s)
