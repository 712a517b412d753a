"""A page with every component, in both languages, for tests and for looking at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.translation import get_language
from django.views.decorators.csrf import ensure_csrf_cookie

from chancery.foundation.evidence import Reason, Source
from chancery.foundation.money import Money
from chancery.interface import components
from chancery.interface.charts import Bar, Point, Series, bar_chart, burn_chart, line_chart
from chancery.interface.shell.context import LANGUAGE_TAGS, Shell
from chancery.interface.shell.navigation import NavItem
from chancery.interface.shell.toasts import Toast
from chancery.interface.tables import (
    BulkAct,
    Choice,
    Column,
    DateCell,
    Filter,
    MoneyCell,
    ProgressCell,
    Row,
    Table,
    TableState,
    TagCell,
    TextCell,
    View,
)
from interface.gallery_form import RequestForm

AT = datetime(2026, 11, 20, 10, 2, tzinfo=UTC)


def t(english: str, chinese: str) -> str:
    """Return the words of the gallery itself in the language of the page."""
    return chinese if (get_language() or "").startswith("zh") else english


def navigation() -> list[NavItem]:
    """Return a side navigation as a delivery manager sees it."""
    names = [
        ("my_work", t("My work", "我的工作"), 7, "h"),
        ("matters", t("Matters", "案件"), 34, "m"),
        ("documents", t("Documents", "文件"), 84120, "d"),
        ("review", t("Review", "审阅"), 148, "r"),
        ("production", t("Production", "出证"), None, "p"),
        ("spend", t("Spend", "费用"), 3, "s"),
        ("operations", t("Operations", "运营"), 12, "o"),
        ("record", t("Record", "记录"), None, "l"),
    ]
    return [NavItem(key, label, f"/{key}/", count, key == "documents", go) for key, label, count, go in names]


def table(*, rows: int = 100, request: HttpRequest) -> Table:
    """Return a list of documents with views, filters, acts and rows that bar some of them."""
    columns = [
        Column("number", t("Number", "编号"), sortable=True),
        Column("from", t("From", "发件人")),
        Column("subject", t("Subject", "主题"), sortable=True, grow=True),
        Column("date", t("Date", "日期"), sortable=True),
        Column("family", t("Family", "附件组"), numeric=True),
        Column("copies", t("Copies", "副本"), numeric=True),
        Column("pages", t("Pages", "页数"), sortable=True, numeric=True),
        Column("status", t("Status", "状态")),
    ]
    state = TableState.read(
        path=request.path,
        query=request.GET,
        sortable=("number", "subject", "date", "pages"),
        default_sort="-date",
        views=("all", "open", "mine"),
        filters=("type", "status"),
    )
    return Table(
        caption=t("Documents", "文件"),
        columns=columns,
        rows=[_row(index) for index in range(rows)],
        state=state,
        total=84120,
        total_exact=True,
        next_cursor="bmV4dA",
        previous_cursor="cHJldg",
        views=[
            View("all", t("All", "全部")),
            View("open", t("Not processed", "未处理"), 12),
            View("mine", t("Mine", "我的"), shared=False),
        ],
        filters=[
            Filter("type", t("Type", "类型"), [Choice("email", t("Mail", "邮件")), Choice("pdf", "PDF")]),
            Filter("status", t("Status", "状态"), [Choice("read", t("Read", "已读"))]),
        ],
        acts=[
            BulkAct("review", t("Add to review", "加入审阅"), "/act/review/", letter="a"),
            BulkAct("hold", t("Hold", "保全"), "/act/hold/", confirm=t("Hold these documents?", "保全这些文件？")),
            BulkAct("export", t("Export", "导出"), "/act/export/"),
        ],
        empty=t("No documents yet", "尚无文件"),
        empty_hint=t("Upload a folder to begin.", "上传文件夹即可开始。"),
        empty_url="/upload/",
        empty_label=t("Upload", "上传"),
    )


def _row(index: int) -> Row:
    tones = [("ok", t("Read", "已读")), ("", t("Not read", "未读")), ("bad", t("Encrypted", "已加密"))]
    tone, word = tones[index % 3]
    chinese = index % 4 == 1
    subject = "补充协议（二）签字版.docx" if chinese else f"Supply agreement, amended draft {index}"
    return Row(
        id=f"01jd{index:022d}",
        label=f"ACME-{100200 + index}",
        url=f"/documents/01jd{index:022d}/",
        cells={
            "number": f"ACME-{100200 + index}",
            "from": "李伟" if chinese else "J. Ortiz",
            "subject": TextCell(subject, "zh-Hans" if chinese else "en"),
            "date": DateCell(date(2026, 1 + index % 12, 1 + index % 28)),
            "family": 1 + index % 5,
            "copies": index % 3,
            "pages": 3 + index % 40,
            "status": TagCell(word, tone),
        },
        barred={"export": t("On hold", "已保全")} if index % 7 == 2 else {},
    )


def charts() -> list[Any]:
    """Return one chart of each kind."""
    shares = [(0, 0.0), (20, 0.41), (40, 0.72), (60, 0.91), (80, 0.96), (100, 1.0)]
    recall = [Point(x, y, max(0, y - 0.06), min(1, y + 0.05), f"{x} %") for x, y in shares]
    return [
        line_chart(
            finding=t(
                "91 % of the relevant documents found after 60 % of the work",
                "完成 60% 工作时已找到 91% 的相关文件",
            ),
            across=t("Share reviewed, %", "已审比例（%）"),
            up=t("Recall", "召回率"),
            series=[
                Series(t("Prioritised", "优先排序"), recall),
                Series(t("By chance", "随机"), [Point(x, x / 100) for x, _ in shares]),
            ],
            aim=0.8,
            aim_label=t("Agreed 0.80", "约定 0.80"),
            top=1,
        ),
        bar_chart(
            finding=t("Most defects come from dates", "差错多出自日期"),
            label=t("Cause", "原因"),
            measure=t("Defects", "差错"),
            bars=[
                Bar(t("Dates", "日期"), 21),
                Bar(t("Privilege", "特权"), 8, colour=2),
                Bar(t("Wrong family", "附件组错误"), 2, colour=3),
            ],
        ),
        burn_chart(
            finding=t("Two days behind the plan", "比计划晚两天"),
            across=t("Working day", "工作日"),
            up=t("Documents left", "剩余文件"),
            done=Series(t("Left", "剩余"), [Point(0, 8400), Point(3, 6100), Point(6, 4300)]),
            plan=Series(t("Plan", "计划"), [Point(0, 8400), Point(10, 0)]),
        ),
    ]


def parts() -> dict[str, Any]:
    """Return the values of the smaller components."""
    return {
        "tiles": [
            components.Tile(
                t("Documents", "文件"), "84,120", url="/documents/", note=t("all custodians", "全部保管人")
            ),
            components.Tile(
                t("Reviewed", "已审"),
                "61",
                "%",
                t("aim 80 %, by 3 Dec", "目标 80%，12月3日前"),
                "/r/",
                t("On track", "正常"),
                "ok",
            ),
            components.Tile(t("Spent", "已用"), "43", "%", t("of USD 310,000.00", "预算 USD 310,000.00")),
            components.Tile(
                t("Next date", "下一期限"),
                t("3 Dec", "12月3日"),
                note=t("production", "出证"),
                tag=t("At risk", "有风险"),
                tone="warn",
            ),
        ],
        "progress": components.Progress(
            "job-1", t("Text recognition", "文字识别"), 3120, 8400, t("pages", "页"), 372, "", "/cancel/"
        ),
        "steps": [
            components.Step(t("Choose", "选择"), "done", "#a"),
            components.Step(t("Check", "检查"), "current"),
            components.Step(t("Number", "编号")),
            components.Step(t("Write", "写出")),
        ],
        "entries": [
            components.TimelineEntry(
                "Li Wei",
                t("coded ACME-100202", "为 ACME-100202 编码"),
                AT,
                t("none", "无"),
                t("Responsive", "相关"),
                t("batch 7", "第 7 批"),
            ),
            components.TimelineEntry(
                "J. Ortiz", t("signed off production 2", "签署第 2 次出证"), AT, url="/p/2/", link="PROD-2"
            ),
        ],
        "reasons": [
            Reason("volume", "%(n)s documents are to be read", {"n": 8400}, 12),
            Reason("privilege", "Outside counsel takes part in %(n)s messages", {"n": 31}, 20),
            Reason("copies", "Copies are read once", {}, -4),
        ],
        "sources": [Source("Grading table", "row 4", "2026-11-03")],
        "lanes": [
            components.Lane(t("To assign", "待分配"), [_card(0), _card(1)]),
            components.Lane(t("Under way", "进行中"), [_card(2), _card(3), _card(4)], 2),
            components.Lane(t("Lawyer's check", "律师复核"), [_card(5)], 3),
        ],
        "messages_shown": [
            components.Message("Li Wei", "ACME-100202 抄送了外部律师，是否扣留？", AT, lang="zh-Hans"),
            components.Message(
                "Jo Ortiz", "Withhold, and log the whole family.", AT, t("Attorney", "律师"), "en", True
            ),
        ],
        "facts": [
            (t("Amount", "金额"), MoneyCell(Money(Decimal("-12400"), "CNY"))),
            (t("Progress", "进度"), ProgressCell(3, 9, t("Progress", "进度"))),
            (t("Court", "法院"), TextCell("上海市浦东新区人民法院", "zh-Hans")),
        ],
        "menu_items": [
            components.MenuItem(t("Open", "打开"), "/o/"),
            components.MenuItem(t("Close", "关闭"), "/c/", "post", t("Close it?", "确定关闭？")),
        ],
        "sha": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "at": AT,
    }


def _card(index: int) -> components.Card:
    titles = [t("NDA review", "保密协议审阅"), t("Privilege log", "特权日志"), t("Translation", "翻译")]
    return components.Card(
        title=f"{titles[index % 3]} {index}",
        url=f"/w/{index}/",
        lines=[t("English · New York", "英文 · 纽约"), "Li Wei"],
        tags=[TagCell(t("due in 3 h", "3 小时后到期"), "warn")],
        moves=[
            components.Move("check", t("Lawyer's check", "律师复核")),
            components.Move("done", t("Done", "完成")),
        ],
        move_url=f"/w/{index}/move/",
        why=t("Why this person", "为何由此人承办"),
        reasons=[Reason("skill", "Speaks the language of the documents", {}, 3)],
    )


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the shell of a signed-in person."""
    urls = {
        "home": "/",
        "palette": "/palette/",
        "help": "/help/",
        "preferences": "/preferences/",
        "sign_out": "/out/",
        "account": "/me/",
        "security": "/mfa/",
    }
    return {
        "shell": Shell(
            language=LANGUAGE_TAGS[get_language() or "en"],
            theme=request.COOKIES.get("chancery_theme", "auto"),
            density=request.COOKIES.get("chancery_density", "normal"),
            keys=request.COOKIES.get("chancery_keys", "on"),
            person="Li Wei",
            signed_in=True,
            urls=urls,
        ),
        "navigation": navigation(),
        "matter_bar": components.MatterBar("M-10021", "Acme v. Borealis", "/m/"),
    }


@ensure_csrf_cookie
def table_page(request: HttpRequest) -> HttpResponse:
    """Show a full list page."""
    rows = int(request.GET.get("rows", "100"))
    return render(request, "gallery_table.html", {**frame(request), "table": table(rows=rows, request=request)})


@ensure_csrf_cookie
def components_page(request: HttpRequest) -> HttpResponse:
    """Show every other component."""
    form = RequestForm({"kind": "review"})
    toasts = [Toast(t("3 documents sent to the attorney", "3 份文件已转交律师"), "/undo/")]
    return render(
        request,
        "gallery.html",
        {**frame(request), **parts(), "form": form, "charts": charts(), "toasts": toasts},
    )


DOCUMENTS = ["ACME-100202", "ACME-100203", "ACME-100204", "ACME-100205"]
posted: list[tuple[str, dict[str, str]]] = []


def _desk(request: HttpRequest, number: str) -> dict[str, Any]:
    place = DOCUMENTS.index(number)
    following = DOCUMENTS[place + 1] if place + 1 < len(DOCUMENTS) else ""
    return {**frame(request), "number": number, "following": following, "queue": DOCUMENTS}


@ensure_csrf_cookie
def desk_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the review desk, or only its fragment."""
    name = "gallery_desk_part.html" if "fragment" in request.GET else "gallery_desk.html"
    return render(request, name, _desk(request, number))


def desk_code(request: HttpRequest, number: str) -> HttpResponse:
    """Take a coding; the document named last refuses one without a code."""
    posted.append((number, dict(request.POST.items())))
    if "code" not in request.POST:
        return HttpResponse(
            f'<form class="desk-code" method="post" action="/desk/{number}/code/" data-desk-form>'
            '<p class="problem" id="refusal">Choose a code</p><button class="button">Save</button></form>',
            status=422,
        )
    following = _desk(request, number)["following"]
    return HttpResponse(status=204, headers={"X-Next": following} if following else {"HX-Redirect": "/table/"})


def focus(request: HttpRequest) -> HttpResponse:
    """Take focused seconds."""
    posted.append(("focus", dict(request.POST.items())))
    return HttpResponse(status=204)


def palette(request: HttpRequest) -> HttpResponse:
    """Answer the palette."""
    query = request.GET.get("q", "")
    found = [components.PaletteItem(f"Acme v. Borealis {query}", "/table/", "M-10021", "G M")]
    groups = [components.PaletteGroup(t("Matters", "案件"), found)]
    return render(request, "chancery/shell/palette.html", {"groups": groups})


polls: list[int] = []


def poll(request: HttpRequest) -> HttpResponse:
    """Draw progress that is over at the third question."""
    polls.append(1)
    done = len(polls)
    over = done >= 3
    progress = components.Progress("job-2", "Counting", done, 3, "pages", None, "" if over else "/poll/", interval=500)
    return render(request, "chancery/components/progress.html", {"progress": progress})


def error(request: HttpRequest, code: str) -> HttpResponse:
    """Show an error page."""
    return render(request, f"chancery/errors/{code}.html", {"reference": "R-4471"})


urlpatterns = [
    path("", include("chancery.interface.urls")),
    path("table/", table_page),
    path("gallery/", components_page),
    path("desk/<str:number>/", desk_page),
    path("desk/<str:number>/code/", desk_code),
    path("focus/", focus),
    path("palette/", palette),
    path("poll/", poll),
    path("error/<str:code>/", error),
]
