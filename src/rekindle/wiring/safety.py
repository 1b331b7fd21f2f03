"""What people may write and what is looked at, from the settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.accounts.belongings import Belongings
from rekindle.config import Settings
from rekindle.photos.moderation import Moderation
from rekindle.photos.reports import Reports
from rekindle.photos.reports_owned import OwnReports
from rekindle.safety.moderation import ChildModerator, Policy, Rules
from rekindle.safety.prompts import Judging, PromptRules
from rekindle.wiring.ground import Ground


@dataclass(frozen=True, slots=True)
class Guarding:
    """What was built."""

    reports: Reports
    belongings: Belongings

    @property
    def services(self) -> Sequence[object]:
        """What routes ask for."""
        return (self.reports,)


def guard(on: Ground) -> Guarding:
    """What people and operators have to say of photos."""
    return Guarding(Reports(on.db, clock=on.clock), OwnReports(on.db))


def prompt_rules(settings: Settings) -> PromptRules:
    """What people may write."""
    chosen = settings.safety
    return PromptRules(chosen.prompt_length, Judging(chosen.prompts), chosen.watermark_removal)


def moderation_of(settings: Settings, on: Ground) -> Moderation:
    """What says which pictures go on; all do where nothing is to look."""
    chosen = settings.safety
    rules = Rules(Policy(chosen.moderation), chosen.moderation_threshold)
    looking = None
    if rules.policy is not Policy.OFF:
        looking = ChildModerator(on.restoring, seconds=chosen.moderation_seconds)
    return Moderation(on.db, looking, rules=rules, clock=on.clock)
