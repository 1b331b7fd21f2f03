"""Users, plans and keys as the API shows them."""

from rekindle.accounts.entrance import Entrance
from rekindle.accounts.plans import Plan
from rekindle.accounts.schemas import KeyOut, LoginOut, MeOut, OwnPlanOut, UserOut
from rekindle.accounts.sessions import ApiKey
from rekindle.accounts.users import User
from rekindle.infra.http import API


def me_out(entrance: Entrance, user: User | None) -> MeOut:
    """What there is here, and who asks."""
    logins = [LoginOut(name=each.name, title=each.title, url=f"{API}/logins/{each.name}") for each in entrance.logins]
    return MeOut(
        mode=entrance.mode, guests=entrance.guests, logins=logins, billing=entrance.billing,
        user=None if user is None else user_out(entrance, user),
    )  # fmt: skip


def user_out(entrance: Entrance, user: User) -> UserOut:
    """Somebody, with what they may do."""
    known = entrance.ranked(user)
    plan = plan_out(entrance.plan_of(known))
    return UserOut(id=known.id, role=known.role, email=known.email, verified=known.verified, plan=plan)


def plan_out(plan: Plan) -> OwnPlanOut:
    """A plan."""
    return OwnPlanOut(
        name=plan.name, title=plan.title, monthly_credits=plan.monthly_credits, daily_limit=plan.daily_limit,
        short_side=plan.short_side, features=sorted(each.value for each in plan.features), watermark=plan.watermark,
    )  # fmt: skip


def key_out(key: ApiKey) -> KeyOut:
    """A key, as its owner may see it."""
    return KeyOut(
        id=key.id, name=key.name, hint=key.hint, scopes=sorted(key.scopes), created_at=key.created_at,
        used_at=key.used_at,
    )  # fmt: skip
