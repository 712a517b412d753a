"""Makes the pictures of the ten main pages from the demo workspace: ``python -m tests.journeys.pictures FOLDER``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from interface.browser import ARGUMENTS, chromium
from journeys.house import House, served, surroundings
from journeys.pages import Place, main_pages
from journeys.people import Office

LARGEST = 200_000
IN_CHINESE = ("documents", "review-desk")


def main() -> None:
    """Make the demo if it is not there, serve it, and look at each page."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    kept = os.environ.get("CHANCERY_HOME", "")
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(kept or scratch)
        if not (home / "demo.json").exists():
            subprocess.run(
                [sys.executable, "-m", "chancery.project.cli", "demo", "--no-serve"],
                env=surroundings(home),
                check=True,
            )
        with served(home) as house:
            look(house, folder)


def look(house: House, folder: Path) -> None:
    """Take the pictures."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        office = Office(house, browser)
        places = main_pages(office)
        for place in places:
            take(office, place, folder / f"{place.name}.png", "en", "light")
        for place in places:
            if place.name in IN_CHINESE:
                take(office, place, folder / f"{place.name}-zh.png", "zh-hans", "dark")
        browser.close()


def take(office: Office, place: Place, target: Path, language: str, theme: Any) -> None:
    """Take one picture; a larger one than agreed is refused."""
    desk = office.desk(place.username, language=language, theme=theme)
    desk.go(place.path)
    desk.page.wait_for_load_state("networkidle")
    desk.page.screenshot(path=str(target), animations="disabled")
    desk.close()
    assert target.stat().st_size <= LARGEST, f"{target} has {target.stat().st_size} bytes"
    print(target)


if __name__ == "__main__":
    main()
