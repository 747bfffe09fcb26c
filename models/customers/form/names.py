"""Company names: their core without legal forms, and warnings about unlikely names."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.form.reasons import SECTION_3, quoted, warning
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from partnerdesk.models.core.verdicts import Reason

_FORMS = (
    # English
    "inc, incorporated, corp, corporation, co, company, llc, llp, lllp, lp, plc, ltd, limited, "
    "pvt ltd, private limited, pty ltd, pte ltd, pty, pte, pvt, private, cic, pllc, psc, "
    # German
    "gmbh, mbh, ggmbh, ag, kg, kgaa, ohg, ug, ug haftungsbeschrankt, e k, ek, ev, e v, eg, gbr, "
    "se, gmbh co kg, gmbh and co kg, ag co kg, ag and co kg, co kg, and co kg, "
    # Romance
    "sa, sas, sasu, sarl, eurl, sci, snc, scs, srl, srls, spa, sl, slu, sau, lda, unipessoal lda, "
    "ltda, eireli, me, epp, sa de cv, s de rl de cv, sapi de cv, de cv, cv, sca, saa, eirl, "
    # Low Countries and North
    "bv, nv, bvba, vof, ab, hb, as, asa, aps, oy, oyj, ou, uab, sia, ehf, hf, "
    # Central and East
    "kft, bt, zrt, nyrt, rt, kkt, sp z oo, spzoo, sp j, sp k, spolka z oo, spolka akcyjna, "
    "spolka z ograniczona odpowiedzialnoscia, sro, spol s ro, as, ks, vos, doo, dd, ad, ood, eood, "
    "ead, ood, sh pk, shpk, ae, epe, ike, as, ltd sti, sti, tic ltd sti, san tic as, "
    # Cyrillic; Latin forms of the same
    "ооо, ооо фирма, оао, зао, пао, ао, нао, ип, чп, уп, чуп, одо, соо, сооо, тоо, осоо, "
    "чао, пат, прат, ат, тов, фоп, пп, дп, гуп, муп, фгуп, фгбу, мку, нко, ано, тдо, кх, "
    "общество с ограниченной ответственностью, товариство з обмеженою відповідальністю, "
    "товарищество с ограниченной ответственностью, акционерное общество, "
    "публичное акционерное общество, закрытое акционерное общество, открытое акционерное общество, "
    "индивидуальный предприниматель, общество с дополнительной ответственностью, "
    "унитарное предприятие, частное предприятие, "
    "ooo, oao, zao, pao, too, mchj, xk, aj, mmc, asc, qsc, spe, pbc, "
    # Asia and Middle East
    "kk, gk, yk, kabushiki kaisha, godo kaisha, sdn bhd, bhd, tbk, pt, cv, jsc, pjsc, ojsc, cjsc, "
    "fze, fzco, fz llc, wll, saoc, saog, ksc, tnhh, cong ty tnhh, cong ty co phan, coltd, co ltd, "
    "opc, huf, nidhi"
)
"""Legal forms, some of several words, as folded names have them without dots."""

_ONLY_BEHIND_LIST = (
    "co, me, as, co kg, de cv, company, limited, private, se, cv, tbk, corporation, san tic as"
)
_ONLY_BEHIND = frozenset(_ONLY_BEHIND_LIST.split(", "))
"""Legal forms that only follow a name; at its beginning they are words of the name."""

_JOINED_LIST = (
    "株式会社 有限会社 合同会社 股份有限公司 有限责任公司 有限責任公司 有限公司 주식회사 유한회사 "
    "(株) (有) (주)"
)
_JOINED = tuple(_JOINED_LIST.split())
"""Legal forms that are written without a space before or after the name."""

_TEST_NAMES = (
    "test, testing, tests, test test, test company, test customer, test client, test account, "
    "test user, company test, customer test, my test, testkunde, testfirma, test firma, kunde, "
    "demo, demo customer, demo company, demo account, demo client, example, example company, "
    "sample, sample customer, sample company, asdf, asdfg, asdfgh, asdf asdf, qwerty, qwert, qwe, "
    "abc, abcd, aaa, aaaa, xxx, xxxx, zzz, 123, 1234, 12345, foo, bar, foobar, foo bar, dummy, "
    "dummy company, temp, tmp, none, n a, na, null, tbd, todo, no name, noname, unknown, customer, "
    "company, company name, client, new customer, delete me, do not use, lorem ipsum, firma, "
    "тест, тестовый, тестовая, тестовый клиент, тестовая компания, тест тест, "
    "тестовая организация, проба, пробный, пробный клиент, демо, демо клиент, пример, образец, "
    "клиент, компания, фыва, "
    "йцукен, абв, название, название компании, без названия, нет, "
    "kaufer, muster, mustermann, musterfirma, max mustermann, beispiel, prueba, cliente, teste, "
    "essai"
)
"""Placeholder names that no real company has."""

_LONGEST = 300
_LONGEST_ACRONYM = 5


def core_name(company_name: str) -> str:
    """Return a company's name, folded, without legal forms and punctuation.

    `«Ромашка», ООО` and `ООО Ромашка` have the same core. A name that is only a legal form is its
    own core. Reads the first 300 characters.
    """
    return " ".join(fold(word) for word in core_words(company_name))


def core_words(company_name: str) -> list[str]:
    """Return the words of a name in their own spelling, without legal forms and punctuation."""
    words = _words(_without_joined(company_name[:_LONGEST]))
    keys = [fold(word) for word in words]
    start, end = 0, len(words)
    while end - start > 1 and (length := _form_at_end(keys[start:end])):
        end -= length
    while end - start > 1 and (length := _form_at_start(keys[start:end])):
        start += length
    while start < end - 1 and keys[end - 1] in {"and", "und", "et", "и"}:
        end -= 1
    return [word for word, key in zip(words[start:end], keys[start:end], strict=True) if key]


def name_warnings(company_name: str) -> list[Reason]:
    """Return warnings about an unlikely legal name; never a refusal (`reference/rules.md §3`)."""
    field = FormField.COMPANY_NAME
    words = core_words(company_name)
    core = " ".join(fold(word) for word in words)
    if not core or core in _test_names():
        sentence = _(
            "{name} looks like a test name. Write the exact legal name, as in official papers."
        )
        return [warning(field, "test-name", sentence.format(name=quoted(company_name)), SECTION_3)]
    if len(words) == 1 and len(words[0]) <= _LONGEST_ACRONYM and _capital(words[0]):
        sentence = _(
            "{name} looks like an acronym. Write the full legal name, unless this is what "
            "official papers say."
        )
        return [warning(field, "short-form", sentence.format(name=quoted(words[0])), SECTION_3)]
    if _capital("".join(words)):
        sentence = _(
            "The name is all in capitals. Write it as official papers do, unless they have it so."
        )
        return [warning(field, "all-capitals", sentence, SECTION_3)]
    return []


def _capital(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)


def _words(name: str) -> list[str]:
    """Return the words of a name without punctuation; `S.A.` becomes the one word `SA`."""
    spelled = unicodedata.normalize("NFKC", name).replace("'", "").replace("’", "")
    spelled = "".join(
        letter if letter == "." or unicodedata.category(letter)[0] in "LMN" else " "
        for letter in spelled.replace("&", " and ")
    )
    whole = re.sub(r"(?<!\w)((?:\w{1,2}\.)+\w{0,2})(?!\w)", _undotted, spelled)
    return whole.replace(".", " ").split()


def _undotted(match: re.Match[str]) -> str:
    return match.group().replace(".", "")


def _without_joined(name: str) -> str:
    """Return a name without the forms in `_JOINED` at its ends."""
    spelled = unicodedata.normalize("NFKC", name).strip()
    for form in _JOINED:
        bare = spelled.removeprefix(form).removesuffix(form).strip()
        if bare:
            spelled = bare
    return spelled


def _form_at_end(keys: list[str]) -> int:
    """Return how many of the last words are a legal form; never all of them."""
    for length in range(min(_longest_form(), len(keys) - 1), 0, -1):
        if " ".join(keys[-length:]) in _forms():
            return length
    return 0


def _form_at_start(keys: list[str]) -> int:
    """Return how many of the first words are a legal form; never all of them."""
    for length in range(min(_longest_form(), len(keys) - 1), 0, -1):
        form = " ".join(keys[:length])
        if form in _forms() and form not in _ONLY_BEHIND:
            return length
    return 0


@cache
def _forms() -> frozenset[str]:
    return frozenset(fold(form) for form in _FORMS.split(", "))


@cache
def _longest_form() -> int:
    return max(len(form.split()) for form in _forms())


@cache
def _test_names() -> frozenset[str]:
    return frozenset(fold(name) for name in _TEST_NAMES.split(", "))
