"""Generated collections for tests: English and Chinese, with a theme that only some documents share."""

from __future__ import annotations

import numpy as np

from chancery.engines.review.simulation import Collection

THEME = "price fixing cartel quota meeting competitor agreed bid rotation territory market share"
OTHER = (
    "lunch holiday printer invoice shipment weather server password travel budget training office parking "
    "newsletter birthday catering laptop maintenance schedule visitor badge furniture recycling canteen"
)
CHINESE_THEME = "价格 垄断 竞争 对手 配额 串通 投标 市场 份额 会议 协议 涨价"
CHINESE_OTHER = (
    "午餐 假期 打印 发票 发货 天气 服务器 密码 差旅 预算 培训 办公室 停车 通知 生日 餐饮 电脑 维护 日程 访客 家具 回收"
)


def themed(*, theme: str, other: str, joint: str, count: int = 300, relevant: int = 30, seed: int = 5) -> Collection:
    """Return a collection whose relevant documents take a third of their words from the theme."""
    draw = np.random.default_rng(seed)
    labels = np.zeros(count, bool)
    labels[draw.choice(count, relevant, replace=False)] = True
    titles, bodies = [], []
    for label in labels:
        share = 0.35 if label else 0.04
        picked = [str(draw.choice(theme.split() if draw.random() < share else other.split())) for _ in range(40)]
        titles.append(joint.join(picked[:5]))
        bodies.append(joint.join(picked[5:]))
    return Collection(tuple(titles), tuple(bodies), labels)


def english(**options: int) -> Collection:
    """Return a generated English collection."""
    return themed(theme=THEME, other=OTHER, joint=" ", **options)


def chinese(**options: int) -> Collection:
    """Return a generated Chinese collection, written without spaces."""
    return themed(theme=CHINESE_THEME, other=CHINESE_OTHER, joint="", **options)
