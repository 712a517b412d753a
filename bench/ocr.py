"""Character errors of text recognition on pages made here: python bench/ocr.py [pages] [seed] [languages] [conditions].

Pages are set in type, drawn at 200 dots per inch, then degraded or turned by a seeded generator. An error is an edit of
one character; white space and the width of punctuation do not count. Tesseract 5 (eng+chi_sim, with its detection of
orientation) reads the same pictures when it is installed. pages: of each language and condition. languages and
conditions: names with commas between. Times are processor seconds of one thread.
"""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from chancery.engines.pages.recognised import RecognisedPage
from chancery.engines.pages.recognition import recognise_page
from chancery.engines.pages.render import page_image
from chancery.engines.pages.repair import repair_queue
from chancery.engines.pages.typesetting import typeset

ENGLISH = (
    "The Supplier shall deliver the goods within {n} days after receipt of each order",
    "Any dispute arising out of this agreement shall be resolved by arbitration in Shanghai",
    "Payment of USD {m},{k}.50 fell due on {d} March {y}; no part of it was received",
    "Counsel for the defendant objected to question {n} as vague and compound",
    "Clause {n}.{k} survives termination, expiry or assignment of this contract",
    "See Exhibit A-{k}, pages {n} to {m}, produced by the custodian on {d}/{n}/{y}",
    "Neither party is liable for loss of profit, goodwill or anticipated savings",
    "The witness, Mr. J. Abernathy, was sworn and examined at 10:{d} a.m.",
)
CHINESE = (
    "卖方应当在收到每份订单后{n}日内交付货物，并承担运输途中的全部风险",
    "因本合同引起的任何争议，均应提交上海国际经济贸易仲裁委员会仲裁",
    "货款人民币{m}万元应于{y}年{d}月前付清，逾期按日加收万分之五的违约金",
    "被告对第{n}号证据的真实性、合法性和关联性均有异议",
    "本合同第{n}条第{k}款在合同解除或者终止后继续有效",
    "参见证据目录第{n}页至第{m}页，由保管人于{y}年提交",
    "任何一方均不对利润、商誉或者预期收益的损失承担责任",
    "证人王建国出庭作证，审判长核对其身份后宣布开庭",
)


def words(language: str, r: random.Random) -> str:
    """Make the text of a page of about fourteen lines."""
    pool = {"en": ENGLISH, "zh": CHINESE, "mixed": ENGLISH + CHINESE}[language]
    out = []
    for _ in range(4):
        part = [
            r.choice(pool).format(
                n=r.randint(2, 60),
                m=r.randint(100, 999),
                k=r.randint(100, 999),
                d=r.randint(10, 28),
                y=r.randint(1990, 2029),
            )
            for _ in range(3 if language == "en" else 4)
        ]
        out.append((". " if language == "en" else "。").join(part) + ("." if language == "en" else "。"))
    return "\n\n".join(out)


def noisy(pixels: np.ndarray, r: random.Random) -> np.ndarray:
    """Skew of 0.8 degrees, blur, noise, JPEG at quality 45."""
    blurred = cv2.GaussianBlur(leaning(pixels, 0.8), (0, 0), 1.0).astype(np.float32)
    grain = np.random.default_rng(r.randint(0, 2**31)).normal(0, 12, blurred.shape)
    return jpeg(np.clip(blurred + grain, 0, 255).astype(np.uint8), 45)


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)


def leaning(pixels: np.ndarray, degrees: float) -> np.ndarray:
    high, wide = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1)
    return cv2.warpAffine(pixels, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderValue=255)


def fax(pixels: np.ndarray, r: random.Random) -> np.ndarray:
    """Standard fax: 204 by 98 dots per inch, black and white, specks."""
    high, wide = pixels.shape[:2]
    squeezed = cv2.resize(pixels, (wide, high * 98 // 200), interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(r.randint(0, 2**31)).random(squeezed.shape)
    black = np.where(grain < 0.002, 0, np.where(squeezed < 150, 0, 255)).astype(np.uint8)
    return cv2.resize(black, (wide, high), interpolation=cv2.INTER_LINEAR)


def copied(pixels: np.ndarray, r: random.Random) -> np.ndarray:
    """A copy of a copy: thickened strokes, a grey gradient, a dark edge."""
    thick = cv2.erode(pixels, np.ones((2, 2), np.uint8))
    shade = np.linspace(1.0, 0.62, pixels.shape[1])[None, :]
    out = np.clip(thick * shade, 0, 255).astype(np.uint8)
    out[:, : r.randint(10, 40)] = 30
    return jpeg(cv2.GaussianBlur(out, (0, 0), 1.2), 40)


def stamped(pixels: np.ndarray, r: random.Random) -> np.ndarray:
    """A round seal over the text, as grey as a red one scans."""
    out = pixels.copy()
    high, wide = out.shape[:2]
    layer = np.full_like(out, 255)
    centre = (wide // 2 + r.randint(-100, 100), high // 4)
    cv2.circle(layer, centre, 170, 120, 9)
    cv2.putText(layer, "CONTRACT SEAL", (centre[0] - 140, centre[1]), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 130, 4)
    return np.minimum(out, layer)


def faint(pixels: np.ndarray, r: random.Random) -> np.ndarray:
    """100 dots per inch and little contrast."""
    small = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return jpeg((150 + small.astype(np.float32) * 0.35).astype(np.uint8), 60)


CONDITIONS: dict[str, Callable[[np.ndarray, random.Random], np.ndarray]] = {
    "clean": lambda p, r: p,
    "noisy": noisy,
    "fax": fax,
    "copied": copied,
    "stamped": stamped,
    "faint 100 dpi": faint,
    "skew 3°": lambda p, r: leaning(p, 3.0),
    "skew -7°": lambda p, r: leaning(p, -7.0),
    "turned 90°": lambda p, r: np.rot90(p, 1),
    "turned 180°": lambda p, r: np.rot90(p, 2),
    "turned 270°": lambda p, r: np.rot90(p, 3),
    "noisy 180°": lambda p, r: np.rot90(noisy(p, r), 2),
}


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def errors(read: str, wanted: str) -> int:
    return int(Levenshtein.distance(plain(read), plain(wanted)))


def tesseract(picture: Path) -> tuple[str, float]:
    """Read a picture with Tesseract; returns its text and the processor seconds of its process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["tesseract", str(picture), "-", "-l", "eng+chi_sim", "--psm", "1"]
    made = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return made.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Sums:
    """Sums of one row of the table."""

    def __init__(self) -> None:
        self.letters = self.ours = self.theirs = self.pages = 0
        self.seconds = self.their_seconds = 0.0
        self.wrong = self.caught = self.queued = self.lines = 0

    def enter(self, page: RecognisedPage, wanted: str, seconds: float) -> None:
        self.pages += 1
        self.letters += len(plain(wanted))
        self.ours += errors(page.text, wanted)
        self.seconds += seconds
        queue = repair_queue(pages=[page])
        whole = any(item.line is None for item in queue)
        singles = {item.line for item in queue}
        text = plain(wanted)
        for index, line in enumerate(page.lines):
            asked = whole or index in singles
            bad = plain(line.text) not in text
            self.lines += 1
            self.queued += asked
            self.wrong += bad
            self.caught += bad and asked


def main() -> None:
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20250314
    languages = sys.argv[3].split(",") if len(sys.argv) > 3 else ["en", "zh", "mixed"]
    conditions = sys.argv[4].split(",") if len(sys.argv) > 4 else list(CONDITIONS)
    peer = shutil.which("tesseract") is not None
    table = Table(
        "language",
        "condition",
        "letters",
        "errors %",
        "tesseract %",
        "pages/min",
        "tesseract",
        "wrong lines",
        "in queue",
        "asked %",
        title=f"text recognition, {pages} page(s) each, seed {seed}",
    )
    totals: dict[str, Sums] = {}
    recognise_page(image=cv2.imencode(".png", np.full((200, 200), 255, np.uint8))[1].tobytes())
    with tempfile.TemporaryDirectory() as name:
        for language in languages:
            for condition in conditions:
                sums = Sums()
                total = totals.setdefault(language, Sums())
                for number in range(pages):
                    r = random.Random(f"{seed}/{language}/{condition}/{number}")
                    wanted = words(language, r)
                    drawn = page_image(pdf=typeset(style="serif", text=wanted), page=1, dpi=200, grey=True)
                    pixels = CONDITIONS[condition](
                        cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_GRAYSCALE), r
                    )
                    picture = Path(name) / "page.png"
                    cv2.imwrite(str(picture), np.ascontiguousarray(pixels))
                    began = time.process_time()
                    page = recognise_page(image=picture.read_bytes())
                    took = time.process_time() - began
                    read, their = tesseract(picture) if peer else ("", 0.0)
                    for each in (sums, total):
                        each.enter(page, wanted, took)
                        each.theirs += errors(read, wanted)
                        each.their_seconds += their
                table.add_row(*row(language, condition, sums, peer))
            table.add_row(*row(language, "all", totals[language], peer), style="bold")
    Console(width=130).print(table)
    if not peer:
        print("tesseract: skipped, not installed")
    print(
        "wrong lines: not found letter by letter on the page; in queue: of these, asked of a person by the repair queue"
    )


def row(language: str, condition: str, s: Sums, peer: bool) -> list[str]:
    return [
        language,
        condition,
        str(s.letters),
        f"{100 * s.ours / s.letters:.2f}",
        f"{100 * s.theirs / s.letters:.2f}" if peer else "skipped",
        f"{60 * s.pages / s.seconds:.0f}",
        f"{60 * s.pages / s.their_seconds:.0f}" if peer else "skipped",
        f"{s.wrong}/{s.lines}",
        f"{s.caught}/{s.wrong}",
        f"{100 * s.queued / max(1, s.lines):.0f}",
    ]


if __name__ == "__main__":
    main()
