"""Catalogues: read, compiled and checked without any tool of the system."""

from __future__ import annotations

import ast
import gettext
import io

import polib
import pytest

from chancery.project import translations
from chancery.project.translations import compiled, read_catalogue, refusal_names, used_in_code, used_in_template

CATALOGUE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

# a remark
#: place.py:3
msgid "Save"
msgstr "保存"

msgctxt "verb"
msgid "Produce"
msgstr "出示"

msgid "%(n)s file"
msgid_plural "%(n)s files"
msgstr[0] "%(n)s 个文件"

#, fuzzy
msgid "Old"
msgstr "旧"

msgid ""
"Two "
"parts \"quoted\""
msgstr ""
"两"
"部分\n"
msgid "Empty"
msgstr ""
"""


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "django.po"
    path.write_text(CATALOGUE, "utf-8")
    return path


def test_the_compiled_form_is_what_gettext_reads(catalogue):
    book = gettext.GNUTranslations(io.BytesIO(compiled(read_catalogue(path=catalogue))))
    assert book.gettext("Save") == "保存"
    assert book.pgettext("verb", "Produce") == "出示"
    assert book.ngettext("%(n)s file", "%(n)s files", 3) == "%(n)s 个文件"
    assert book.gettext('Two parts "quoted"') == "两部分\n"
    assert book.gettext("Old") == "Old" and book.gettext("Empty") == "Empty"


def test_every_catalogue_reads_as_an_independent_reader_reads_it():
    for path in translations.catalogues():
        ours = {(m.context, m.singular): m.texts for m in read_catalogue(path=path) if m.singular}
        theirs = {
            (e.msgctxt, e.msgid): tuple(e.msgstr_plural.values()) or (e.msgstr,)
            for e in polib.pofile(str(path))
            if not e.obsolete
        }
        assert ours == theirs, path


def test_a_broken_catalogue_names_its_line(tmp_path):
    path = tmp_path / "django.po"
    path.write_text('msgid "a"\nmsgstr "b\n', "utf-8")
    with pytest.raises(ValueError, match=r"django\.po:2"):
        read_catalogue(path=path)


def test_what_templates_ask_for():
    text = """{% translate "One" %}{% trans 'Two' as x %}{% translate "Open" context "batch" as word %}
    {% blocktranslate with a=b.c %}Of {{ a }} 100%{% endblocktranslate %}
    {% blocktranslate count n=n trimmed %}
      one {{ n }}
      thing{% plural %}{{ n|intcomma }} things{% endblocktranslate %}"""
    found = ["One", "Two", "batch\x04Open"]
    assert list(used_in_template(text)) == [*found, "Of %(a)s 100%%", "one %(n)s thing", "%(n)s things"]


def test_what_code_asks_for():
    code = """
class Full(Refused): pass
class Fuller(Full): pass
_("a"); gettext("b"); ngettext("c", "d", n); pgettext("verb", "e"); other("f"); raise_ = Fuller("g", n=1)
"""
    tree = ast.parse(code)
    assert sorted(used_in_code(tree, refusals=refusal_names([tree]))) == ["a", "b", "c", "d", "g", "verb\x04e"]


def test_one_sentence_has_one_chinese_form_in_every_room(tmp_path, monkeypatch):
    """Django merges the catalogues of all rooms into one: a second form would be shown by chance or never."""
    monkeypatch.setattr(translations, "SOURCE", tmp_path)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    for room, text in (("one", "保存"), ("two", "保留"), ("three", "保存")):
        path = tmp_path / room / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True)
        verb = f'msgctxt "{room}"\nmsgid "Open"\nmsgstr "{text}"\n'
        path.write_text(f'{head}msgid "Save"\nmsgstr "{text}"\n\n{verb}', "utf-8")
    (tmp_path / "code.py").write_text('pgettext("one", "Open"); pgettext("four", "Open")\n', "utf-8")
    file = "locale/zh_Hans/LC_MESSAGES/django.po:4"
    assert translations.problems() == [
        f"two/{file}: other words than in one/{file}: 'Save'",
        "code.py: no Chinese: 'four\\x04Open'",
    ]
