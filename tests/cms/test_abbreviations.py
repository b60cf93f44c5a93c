"""Abbreviations are explained once, in running text, and nowhere else."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from cms.abbreviations import mark

MEANINGS = {"FSS": "Föreningen Sveriges Socialtjänstchefer", "ESN": "European Social Network"}


def test_only_the_first_occurrence_is_explained():
    marked = mark("<p>FSS och ESN. FSS igen.</p>", MEANINGS)
    assert marked.count("<abbr") == 2
    assert marked.endswith("FSS igen.</p>")


def test_links_headings_attributes_and_longer_words_stay_as_they_are():
    html = '<h2>FSS</h2><p title="FSS"><a href="/FSS">FSS</a> FSSA IFO-FSS <img alt="FSS"> FSS:s</p>'
    assert mark(html, MEANINGS) == html.replace("FSS:s", f'<abbr title="{MEANINGS["FSS"]}">FSS</abbr>:s')


def test_a_meaning_can_not_leave_its_attribute():
    assert mark("<p>AB</p>", {"AB": '"><script>'}) == '<p><abbr title="&quot;&gt;&lt;script&gt;">AB</abbr></p>'


def test_an_abbreviation_with_an_ampersand_is_found_in_html():
    assert '<abbr title="forskning och utveckling">F&amp;U</abbr>' in mark("<p>F&amp;U</p>", {"F&U": "forskning och utveckling"})


class Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_data(self, data):
        self.found.append(data)


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "FSS", " ", "&amp;", "<a href='x'>", "</a>", "ESN", "å", "<br>", "&#228;", "<!-- FSS -->"]
        )
    )
)
def test_what_a_reader_reads_never_changes(parts):
    html = "".join(parts)
    before, after = Text(), Text()
    before.feed(html)
    after.feed(mark(html, MEANINGS))
    assert "".join(after.found) == "".join(before.found)
