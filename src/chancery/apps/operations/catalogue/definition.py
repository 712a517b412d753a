"""The shape of a service definition: what a catalogue file must hold, checked when it is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from chancery.engines.allocation.grading import Grade
from chancery.foundation.errors import Refused

Share = Annotated[Decimal, Field(ge=0, le=1)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
CalendarName = Literal["CN", "US"]
REQUIRED_MEANINGS = ("volume", "jurisdiction", "data_location", "currency", "work")


class DefinitionRefused(Refused):
    """A service definition that does not say everything a service must say."""

    code = "service_invalid"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            "The service definition has %(count)s problem(s): %(problems)s",
            count=len(problems),
            problems="; ".join(problems),
        )


class Part(BaseModel):
    """Base of every part: unknown words are refused, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Words(Part):
    """A text in English and Simplified Chinese."""

    en: str = Field(min_length=1, max_length=2000)
    zh: str = Field(min_length=1, max_length=2000)

    def in_language(self, language: str) -> str:
        """Return the text for a language tag."""
        return self.zh if language.startswith("zh") else self.en


class Named(Part):
    """A key with its words."""

    key: Key
    name: Words


class Place(Part):
    """A jurisdiction that may be chosen."""

    code: str = Field(min_length=2, max_length=12)
    name: Words


class DataPlace(Place):
    """A place where data may stay, and the sites from which it may be opened."""

    sites: tuple[str, ...] = Field(min_length=1)


class Exclusion(Part):
    """A jurisdiction in which the service is not delivered, with the rule that forbids it."""

    code: str
    source: str = Field(min_length=1)
    why: Words


class Quantity(Part):
    """How many units: a share of a stated quantity, rounded up, at least ``minimum``."""

    of: Literal["volume", "gigabytes", "one"]
    share: Annotated[Decimal, Field(gt=0, le=100)]
    minimum: int = Field(ge=0)


class Step(Part):
    """One step of the service. standard_minutes for one unit; graded steps rise with the request's grade."""

    key: Key
    name: Words
    grade: Grade
    graded: bool
    standard_minutes: Annotated[Decimal, Field(ge=0, le=100000)]
    unit: Literal["document", "production", "gigabyte", "page"]
    quantity: Quantity


class FactorSource(Part):
    """Where a grading factor comes from: a fixed value, or an answer (true when it holds one of ``includes``)."""

    value: Any = None
    answer: str = ""
    includes: tuple[str, ...] = ()


class GradingRule(Part):
    """The floor of the service and the source of every factor."""

    floor: Grade
    factors: dict[str, FactorSource]


class SamplePlan(Part):
    """Second look: share of the population, at least ``minimum``; which fields count as a change."""

    share: Share
    minimum: int = Field(ge=1)
    decision_fields: tuple[str, ...] = Field(min_length=1)


class DefectClass(Named):
    """A kind of defect, its weight and the share that is tolerated."""

    weight: int = Field(ge=1)
    limit: Share


class Quality(Part):
    """The quality standard of the service."""

    samples: dict[str, SamplePlan]
    overturn_limit: Share
    defect_classes: tuple[DefectClass, ...]


class CheckPoint(Part):
    """One point of a checklist and the evidence a tick must carry."""

    key: Key
    text: Words
    evidence: Literal["none", "text", "number"]


class SignOffRule(Part):
    """Which licence the signing attorney needs, and the statement that is signed.

    licence: any valid one, one of the matter's country, or one of exactly the matter's jurisdiction.
    """

    licence: Literal["any", "country", "matter"]
    statement: Words


class CalendarRule(Part):
    """Whose working time counts."""

    otherwise: CalendarName
    by_data_location: dict[str, CalendarName]


class ServiceLevel(Part):
    """The promise in working minutes: base plus so many per unit of volume."""

    calendar: CalendarRule
    base_minutes: int = Field(ge=1, le=1000000)
    minutes_per_unit: Annotated[Decimal, Field(ge=0, le=10000)]
    warn_share: Share


class UnitPrice(Named):
    """A price per unit, by currency."""

    quantity: Quantity
    price: dict[str, Amount]


class Price(Part):
    """Hourly rates by currency and grade, unit prices, range and validity of a quote."""

    rates: dict[str, dict[Grade, Amount]] = Field(min_length=1)
    units: tuple[UnitPrice, ...]
    range_share: Annotated[Decimal, Field(ge=0, lt=1)]
    valid_days: int = Field(ge=1, le=365)


class Condition(Part):
    """A field is shown when another holds one of these values."""

    field: Key
    is_any: tuple[str, ...] = Field(min_length=1)


class Option(Part):
    """One choice."""

    value: str = Field(min_length=1, max_length=60)
    label: Words


class Question(Part):
    """One question of the order form."""

    key: Key
    type: Literal["text", "lines", "integer", "decimal", "choice", "multiple", "yes_no"]
    meaning: str = ""
    required: bool
    label: Words
    help: Words | None = None
    options: tuple[Option, ...] = ()
    options_from: Literal["", "jurisdictions", "data_locations"] = ""
    show_when: tuple[Condition, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None


class ServiceDefinition(Part):
    """One version of one service, complete."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,59}$")]
    version: int = Field(ge=1)
    name: Words
    summary: Words
    source: str = Field(min_length=1)
    jurisdiction: str
    in_force_from: date
    in_force_to: date | None
    output_class: Literal["ministerial", "work_product", "draft", "advice", "filing"]
    inputs: tuple[Named, ...] = Field(min_length=1)
    skills: tuple[str, ...]
    sites: tuple[str, ...] = Field(min_length=1)
    data_locations: tuple[DataPlace, ...] = Field(min_length=1)
    jurisdictions: tuple[Place, ...] = Field(min_length=1)
    excluded_jurisdictions: tuple[Exclusion, ...]
    grading: GradingRule
    steps: tuple[Step, ...] = Field(min_length=1)
    quality: Quality
    checklists: dict[str, tuple[CheckPoint, ...]]
    sign_off: SignOffRule
    service_level: ServiceLevel
    price: Price
    form: tuple[Question, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _hangs_together(self) -> ServiceDefinition:
        problems = [*_form_problems(self), *_price_problems(self), *_key_problems(self)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def question(self, meaning: str) -> Question | None:
        """Return the question with a meaning."""
        return next((item for item in self.form if item.meaning == meaning), None)

    def options_of(self, question: Question) -> tuple[Option, ...]:
        """Return the choices of a question, also those that come from a list of the service."""
        if question.options_from == "jurisdictions":
            return tuple(Option(value=place.code, label=place.name) for place in self.jurisdictions)
        if question.options_from == "data_locations":
            return tuple(Option(value=place.code, label=place.name) for place in self.data_locations)
        if question.type == "yes_no":
            return (
                Option(value="yes", label=Words(en="Yes", zh="是")),
                Option(value="no", label=Words(en="No", zh="否")),
            )
        return question.options


def _form_problems(service: ServiceDefinition) -> list[str]:
    found: list[str] = []
    seen: set[str] = set()
    for question in service.form:
        if question.key in seen:
            found.append(f"form.{question.key}: asked twice")
        for condition in question.show_when:
            if condition.field not in seen:
                found.append(f"form.{question.key}.show_when: {condition.field} is not asked before it")
        if question.type in ("choice", "multiple") and not service.options_of(question):
            found.append(f"form.{question.key}: has no options")
        seen.add(question.key)
    meanings = [question.meaning for question in service.form if question.meaning]
    found += [f"form: nothing asks for {name}" for name in REQUIRED_MEANINGS if name not in meanings]
    found += [f"form: {name} is asked twice" for name in sorted({m for m in meanings if meanings.count(m) > 1})]
    for name, factor in service.grading.factors.items():
        if factor.answer and factor.answer not in seen:
            found.append(f"grading.factors.{name}: the form does not ask {factor.answer}")
    return found


def _price_problems(service: ServiceDefinition) -> list[str]:
    found: list[str] = []
    for currency, rates in service.price.rates.items():
        found += [f"price.rates.{currency}: {grade} has no rate" for grade in Grade if grade not in rates]
        for unit in service.price.units:
            if currency not in unit.price:
                found.append(f"price.units.{unit.key}: no price in {currency}")
    question = service.question("currency")
    for option in service.options_of(question) if question else ():
        if option.value not in service.price.rates:
            found.append(f"form.currency: {option.value} has no rates")
    return found


def _key_problems(service: ServiceDefinition) -> list[str]:
    lists = {
        "steps": [step.key for step in service.steps],
        "price.units": [unit.key for unit in service.price.units],
        **{f"checklists.{name}": [point.key for point in points] for name, points in service.checklists.items()},
    }
    found = [f"{name}: a key stands twice" for name, keys in lists.items() if len(keys) != len(set(keys))]
    if service.in_force_to is not None and service.in_force_to < service.in_force_from:
        found.append("in_force_to: lies before in_force_from")
    known = {place.code for place in service.jurisdictions}
    found += [
        f"excluded_jurisdictions: {item.code} is not among the jurisdictions"
        for item in service.excluded_jurisdictions
        if item.code not in known
    ]
    return found


def read_definition(*, data: dict[str, Any]) -> ServiceDefinition:
    """Read a service definition; refuses with every problem found, each with the place where it stands."""
    try:
        return ServiceDefinition.model_validate(data)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in item['loc']) or 'definition'}: {item['msg']}" for item in error.errors()
        ]
        raise DefinitionRefused(problems) from error
