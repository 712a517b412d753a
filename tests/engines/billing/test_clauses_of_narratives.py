"""One activity on many things, several activities in one entry, work on papers about work: labelled by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.engines.billing.billing_files import line
from tests.engines.billing.guideline_cases import FACTS, outcome

from chancery.engines.billing.narratives import activities_of, read_narrative


@pytest.mark.parametrize(
    "text",
    [
        "Prepare responses to second set of interrogatories served by Acme",
        "Draft call script for interviews of former employees",
        "Review meeting minutes, board resolutions and shareholder correspondence for responsive material",
        "Review memoranda and correspondence and telephone logs of regional manager",
        "Attend call with client regarding research budget",
        "Draft and revise reply brief in support of summary judgment",
        "Review claims received and filed by the trustee",
        "Review tax returns; review bank statements",
        "整理原告提交的银行流水证据目录",
        "审阅并分析对方提交的反诉状",
        "审阅会议纪要、往来函件及电话记录中的相关证据",
        "与客户讨论合资合同草案的修改意见",
        "参加关于研究费用预算的电话会议",
        "审核供应商提交的软件采购框架协议",
        "向客户汇报庭审情况",
        "审查股权并购协议和解条款",
    ],
)
def test_one_activity_is_no_block(text: str) -> None:
    assert len(activities_of(text=text)) == 1
    assert "G08" not in {one.rule for one in outcome([line(text=text, units=Decimal(8))]).findings}


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("Research preemption defense; draft memorandum to J. Holt regarding findings", ("research", "draft")),
        ("Call with client regarding subpoena; research objections under Rule 45", ("communicate", "research")),
        (
            "Review order, email client about same, calendar deadline, call chambers",
            ("review", "communicate", "manage"),
        ),
        ("Review bank statements (1.2); draft chart of transfers (.8)", ("review", "draft")),
        ("Draft affidavit of M. Osei, then called him to confirm facts", ("draft", "communicate")),
        ("Revise exhibit list, correspondence with court reporter", ("draft", "communicate")),
        ("Lengthy telephone conference with adjuster. Prepared outline.", ("communicate", "plan")),
        ("研究管辖问题并起草管辖权异议申请书", ("research", "draft")),
        ("参加庭前会议，会后起草会议纪要发送客户", ("attend", "draft")),
        ("核查知识产权清单并与研发负责人访谈", ("review", "communicate")),
        ("审阅裁定；邮件告知客户；起草复议申请书", ("review", "communicate", "draft")),
        ("审阅租赁合同及与业主方电话会议", ("review", "communicate")),
    ],
)
def test_activities_at_the_head_of_clauses(text: str, acts: tuple[str, ...]) -> None:
    assert activities_of(text=text) == acts
    (block,) = [one for one in outcome([line(text=text, units=Decimal(2))]).findings if one.rule == "G08"]
    assert dict(block.detail)["activities"] == ", ".join(acts)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("clerical", "Review SEC filing of target company"),
        ("clerical", "Analyze scanned contracts for signature pages"),
        ("clerical", "审阅仓储合同、快递服务合同"),
        ("travel", "Review travel expense reports of defendant CFO"),
        ("travel", "Research duty of care of train operators"),
        ("travel", "审阅高铁建设工程施工合同"),
        ("training", "Review travel records, orientation materials and seminar notes"),
        ("training", "起草员工培训服务期协议"),
        ("billing", "Analyze timesheets of warehouse employees for overtime claim"),
        ("billing", "Review invoice of Acme dated March 3 for breach claim"),
        ("billing", "审查供应商开具发票的义务条款"),
    ],
)
def test_work_on_papers_about_such_work_is_paid(subject: str, text: str) -> None:
    assert subject not in read_narrative(text=text).subjects
    found = outcome([line(text=text, activity="A104")])
    assert found.invoices[0].cut == 0


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("clerical", "Draft letter to bank, scan enclosures"),
        ("clerical", "Prepare binders for hearing on motion"),
        ("clerical", "Organize files in war room for trial"),
        ("clerical", "起草起诉状并打印装订"),
        ("clerical", "复印、扫描证据"),
        ("travel", "Attend deposition in Dallas, including travel to Dallas"),
        ("travel", "Attend hearing in Reno (travel 2.0)"),
        ("travel", "往返北京出庭差旅时间"),
        ("training", "Attend CLE seminar on patent damages"),
        ("training", "参加数据合规培训课程"),
        ("billing", "Review pre-bill for accuracy before sending"),
        ("billing", "Review invoice before sending to client"),
    ],
)
def test_such_work_itself_is_told(subject: str, text: str) -> None:
    assert subject in read_narrative(text=text).subjects


def test_a_name_of_another_matter_is_a_whole_word_and_may_be_shared() -> None:
    matters = {**FACTS["matters"], "CM2": {"names": ["Art", "泽菲"]}, "CM3": {"names": ["Zephyr"]}}
    facts = {**FACTS, "matters": matters | {"CM1": {**FACTS["matters"]["CM1"], "names": ["Zephyr"]}}}
    kept = outcome([line(text="Draft motion of the third party in the Zephyr matter")], facts=facts)
    assert [finding.rule for finding in kept.findings] == []
    for text in ("Draft motion on the Art licence for client", "为客户起草泽菲公司股权转让协议文本"):
        (finding,) = outcome([line(text=text)], facts=facts).findings
        assert (finding.rule, dict(finding.detail)["matter"]) == ("G25", "CM2")


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("Review contract and related correspondence with opposing counsel", 2),
        ("Review of merger agreement, schedules and exhibits", 1),
        ("-review lease; -call client about rent", 2),
    ],
)
def test_the_kinds_of_the_words_bound_the_activities(text: str, most: int) -> None:
    assert read_narrative(text=text).most == most
    assert len(activities_of(text=text)) <= most
