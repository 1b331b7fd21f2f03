"""Products and their prices."""

from collections.abc import Iterable

from tests.simulators.stripe.errors import invalid
from tests.simulators.stripe.forms import Params
from tests.simulators.stripe.rendering import LISTS, page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import Thing, World

routes = Routes()
PAGES = " ".join(LISTS)


@routes.on("POST", "/v1/products", "id name description active metadata images url statement_descriptor")
def create_product(call: Call) -> Thing:
    world, params = call.world, call.params
    name, key = params.required("name"), params.text("id")
    if key and key in world.objects.get("product", {}):
        raise invalid("Product already exists.", "id", "resource_already_exists")
    product = world.keep(
        "product", key=key, name=name, active=params.boolean("active") is not False, type="service",
        description=params.text("description"), metadata=params.metadata(), images=params.texts("images"),
        marketing_features=[], default_price=None, package_dimensions=None, shippable=None, tax_code=None,
        statement_descriptor=params.text("statement_descriptor"), unit_label=None, url=params.text("url"),
        updated=world.now(),
    )  # fmt: skip
    world.emit("product.created", product)
    return product


@routes.on("GET", "/v1/products/{id}")
def get_product(call: Call) -> Thing:
    return call.world.find("product", call.id)


@routes.on("POST", "/v1/products/{id}", "name description active metadata default_price")
def update_product(call: Call) -> Thing:
    world, params = call.world, call.params
    product = world.find("product", call.id)
    changes: Thing = {name: params.text(name) for name in ("name", "description", "default_price") if name in params}
    if changes.get("default_price"):
        world.find("price", changes["default_price"], param="default_price")
    if "active" in params:
        changes["active"] = params.boolean("active")
    world.change("product.updated", product, **changes, metadata=params.metadata(product["metadata"]))
    return product


@routes.on("GET", "/v1/products", f"active ids {PAGES}")
def list_products(call: Call) -> Thing:
    found = _active(call.world.all("product"), call.params)
    ids = call.params.texts("ids")
    return page((each for each in found if not ids or each["id"] in ids), call.params, "/v1/products")


def _active(things: Iterable[Thing], params: Params) -> Iterable[Thing]:
    wanted = params.boolean("active")
    return (each for each in things if wanted is None or each["active"] is wanted)


# ── prices ──


@routes.on(
    "POST",
    "/v1/prices",
    "currency unit_amount product product_data recurring lookup_key transfer_lookup_key nickname metadata active"
    " tax_behavior",
)
def create_price(call: Call) -> Thing:
    world, params = call.world, call.params
    currency, amount = params.required("currency").lower(), params.integer("unit_amount")
    if amount is None or amount < 0:
        raise invalid("A price needs a unit_amount of 0 or more.", "unit_amount")
    product = _product_of(world, params)
    lookup = _lookup_key(world, params)
    price = _kept_price(world, params, product=product, currency=currency, amount=amount, lookup_key=lookup)
    world.emit("price.created", price)
    return price


def _product_of(world: World, params: Params) -> str:
    data = params.inside("product_data")
    if data.tree:
        data.only("name", "metadata")
        return create_product(Call(world, data, {}))["id"]
    return world.find("product", params.required("product"), param="product")["id"]


def _lookup_key(world: World, params: Params) -> str | None:
    """The name by which the price is found, taken from the price that has it if that is asked for."""
    lookup = params.text("lookup_key") or None
    for other in world.where("price", lookup_key=lookup) if lookup else ():
        if not params.boolean("transfer_lookup_key"):
            raise invalid(f"A price (`{other['id']}`) already uses that lookup key.", "lookup_key")
        world.change("price.updated", other, lookup_key=None)
    return lookup


def _kept_price(
    world: World, params: Params, *, product: str, currency: str, amount: int, lookup_key: str | None
) -> Thing:
    recurring = _recurring(params.inside("recurring"))
    return world.keep(
        "price", active=params.boolean("active") is not False, billing_scheme="per_unit", currency=currency,
        custom_unit_amount=None, lookup_key=lookup_key, metadata=params.metadata(), nickname=params.text("nickname"),
        product=product, recurring=recurring, tax_behavior=params.text("tax_behavior") or "unspecified",
        tiers_mode=None, transform_quantity=None, type="recurring" if recurring else "one_time", unit_amount=amount,
        unit_amount_decimal=str(amount),
    )  # fmt: skip


def _recurring(params: Params) -> Thing | None:
    if not params.tree:
        return None
    params.only("interval", "interval_count", "usage_type")
    interval = params.choice("interval", "day", "week", "month", "year")
    if interval is None:
        raise invalid("A recurring price needs an interval.", params.place("interval"))
    params.choice("usage_type", "licensed")
    return {
        "interval": interval, "interval_count": params.positive("interval_count") or 1, "meter": None,
        "trial_period_days": None, "usage_type": "licensed",
    }  # fmt: skip


@routes.on("GET", "/v1/prices/{id}")
def get_price(call: Call) -> Thing:
    return call.world.find("price", call.id)


@routes.on("POST", "/v1/prices/{id}", "active nickname metadata lookup_key transfer_lookup_key")
def update_price(call: Call) -> Thing:
    world, params = call.world, call.params
    price = world.find("price", call.id)
    changes: Thing = {"metadata": params.metadata(price["metadata"])}
    if "active" in params:
        changes["active"] = params.boolean("active")
    if "nickname" in params:
        changes["nickname"] = params.text("nickname")
    if "lookup_key" in params and params.text("lookup_key") != price["lookup_key"]:
        changes["lookup_key"] = _lookup_key(world, params)
    world.change("price.updated", price, **changes)
    return price


@routes.on("GET", "/v1/prices", f"active lookup_keys product type currency {PAGES}")
def list_prices(call: Call) -> Thing:
    params = call.params
    wanted = {name: params.text(name) for name in ("product", "type", "currency") if name in params}
    keys = params.texts("lookup_keys")
    found = _active(call.world.where("price", **wanted), params)
    return page((each for each in found if not keys or each["lookup_key"] in keys), params, "/v1/prices")
