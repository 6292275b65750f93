"""Results of the exam, as they are kept, for models that did not sit it."""

from __future__ import annotations

from datetime import UTC, datetime

from medbot_desktop.generation.exam import Sitting
from medbot_desktop.generation.exam_items import exam_version
from medbot_desktop.generation.exam_record import Examinee, ExamResult, store_result
from medbot_desktop.inference.catalogue import Tier
from medbot_desktop.settings import Settings, resources_folder


def server_settings(port: int, **changed: str) -> Settings:
    """Settings that name the test's server."""
    place = f"localhost:{port}"
    usual = {"server_url": f"http://{place}/v1", "server_model": "clinic-7b", "server_allowed": place}
    return Settings(**usual | changed)  # type: ignore[arg-type]


def variables(port: int) -> dict[str, str]:
    """The same as variables of the system."""
    settings = server_settings(port)
    return {
        f"MEDBOT_{name.upper()}": getattr(settings, name) for name in ("server_url", "server_model", "server_allowed")
    }


def earn(examinee: Examinee, tier: Tier, exam: str = "", facts: str = "") -> ExamResult:
    """Keep a result in the home folder of the test; without a version, of the exam that ships."""
    version = exam or exam_version(resources_folder() / "exam")
    result = ExamResult.of(examinee, version, Sitting(facts=facts), datetime.now(UTC))
    result = result.model_copy(update={"tier": tier})
    store_result(examinee.name, result)
    return result
