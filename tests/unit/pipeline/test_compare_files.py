"""A side of a comparison: what is read of a folder, and what is left alone."""

import os
import socket
from pathlib import Path
from threading import Timer

import pytest

from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.pipeline.compare_files import load_side
from pacs_dedup.pipeline.examine import examine
from tests.images import image_dataset, textured, write

PATIENCE_S = 5.0


def opened_after_a_while(pipe: Path) -> Timer:
    """Open a pipe's other end after a while, so that who waits for it fails and does not wait for ever."""
    timer = Timer(PATIENCE_S, lambda: os.close(os.open(pipe, os.O_RDWR)))
    timer.start()
    return timer


def test_pipes_and_sockets_are_not_opened(tmp_path: Path) -> None:
    write(image_dataset(textured(), bits=12), tmp_path / "1.dcm")
    os.mkfifo(tmp_path / "pipe.dcm")
    rescue = opened_after_a_while(tmp_path / "pipe.dcm")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        side = load_side(tmp_path, examine)
    assert rescue.is_alive()
    rescue.cancel()
    assert len(side.study.instances) == 1
    assert side.unreadable == ()


def test_a_device_that_is_named_itself_is_refused() -> None:
    with pytest.raises(BadRequest, match="no DICOM instance"):
        load_side(Path("/dev/zero"), examine)
