"""Words of the demo book: invented companies, people and places of many countries and scripts.

Every name is invented or one of Microsoft's public samples; phone numbers are of the ranges kept
for fiction where a country has one. No word but Fabrikam's may hold the letters `fab`.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from partnerdesk.models.settings.clouds import Cloud

Choice = TypeVar("Choice")

_LATIN = "a|b|v|g|d|e|yo|zh|z|i|y|k|l|m|n|o|p|r|s|t|u|f|kh|ts|ch|sh|sch||y||e|yu|ya|"
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя'", _LATIN.split("|"), strict=True))
_LETTERS = str.maketrans(_CYRILLIC)
_GERMAN_LETTERS = str.maketrans(_CYRILLIC | {"ä": "ae", "ö": "oe", "ü": "ue"})


def pick(rng: Random, choices: Sequence[Choice]) -> Choice:
    """Return one of `choices`; `Random.choice` takes several times as long."""
    return choices[int(rng.random() * len(choices))]


class Word(NamedTuple):
    """A word as it is written, and as it stands in a domain or an e-mail address."""

    text: str
    latin: str


class Place(NamedTuple):
    """A town, its state where addresses have one, and its postal code; `#` is any digit."""

    city: Word
    state: str
    postal_code: str


class Tongue(NamedTuple):
    """How the companies of one country are called, and who and where they are."""

    country: str
    culture: str
    top_level: str
    """What own domains end in."""
    phone: str
    registration: str
    """Pattern of the registration number; empty where none is asked for (`rules.md §4`)."""
    places: tuple[Place, ...]
    streets: tuple[str, ...]
    given: tuple[Word, ...]
    family: tuple[Word, ...]
    patterns: tuple[tuple[tuple[Word, ...], ...], ...]
    """Company names; each piece is a choice of words, an empty one the town."""

    def company(self, rng: Random, place: Place) -> Word:
        """Return an invented company of `place`."""
        pieces = pick(rng, self.patterns)
        words = [pick(rng, piece) if piece else place.city for piece in pieces]
        return Word("".join(word.text for word in words), "".join(word.latin for word in words))


class Partner(NamedTuple):
    """The partner that sells in one cloud."""

    name: str
    market: str
    kind: PartnerKind
    share: int
    """How many of a hundred customers or so are in that cloud."""
    synced_hours_ago: int


def _word(text: str, letters: Mapping[int, str]) -> Word:
    text, _, latin = text.partition("=")
    if latin:
        return Word(text, f"{latin} ")
    return Word(text, re.sub("[^a-z0-9]+", " ", fold(text.lower().translate(letters))).strip())


def _tongue(heads: str, places: str, streets: str, names: str, **lists: str) -> Tongue:
    """Read a tongue from lists with `|` between their items, `native=latin` where need be."""
    country, culture, top_level, phone, registration = heads.split("|")
    word = partial(_word, letters=_GERMAN_LETTERS if culture[:2] == "de" else _LETTERS)
    choices = {key: tuple(map(word, items.split("|"))) for key, items in lists.items()}
    choices["form"] = tuple(Word(form.text, "") for form in choices["form"])
    choices["city"] = ()

    def piece(part: str) -> tuple[Word, ...]:
        return choices[part[1:-1]] if part[0] == "{" else (Word(part, f" {word(part).latin} "),)

    return Tongue(
        *(country, culture, top_level, phone, registration),
        tuple(
            Place(word(city), state, postal_code)
            for city, state, postal_code in (place.split(",") for place in places.split("|"))
        ),
        tuple(streets.split("|")),
        choices["given"],
        choices["family"],
        tuple(
            tuple(piece(part) for part in re.split(r"(\{\w+\})", name) if part)
            for name in names.split("|")
        ),
    )


_AMERICAN = {
    "places": "Seattle,WA,981##|Austin,TX,787##|Boston,MA,021##|Newark,NJ,071##|Denver,CO,802##"
    "|Portland,OR,972##|Hartford,CT,061##|Chicago,IL,606##|Atlanta,GA,303##|Burlington,VT,054##"
    "|Richmond,VA,232##|Providence,RI,029##",
    "streets": "# Main Street|# Oak Avenue|# Lakeview Drive|# Washington Blvd|# 2nd Street",
    "form": "Inc.|LLC|Corp.|Ltd.|Group|Co.",
    "a": "Blue|Silver|North|Green|Iron|Cedar|Maple|Stone|River|Sun|Clear|Bright|High|Red|Oak|Pine"
    "|Gold|Lake|Wild|Fair|Granite|Copper|Eagle|Summit",
    "b": "field|bridge|gate|ridge|brook|haven|crest|point|ford|wood|water|stone|path|light|view"
    "|land|harbor|hill|line|worth",
    "trade": "Logistics|Dental Care|Software|Consulting|Foods|Manufacturing|Insurance|Realty"
    "|Engineering|Pharmacy|Law Group|Accounting|Print & Design|Landscaping|Medical Center|Freight"
    "|Robotics|Books|Charter School|Credit Union",
    "given": "Alice|Brian|Carla|David|Emily|Frank|Grace|Henry|Isabel|James|Karen|Liam|Maria|Noah",
    "family": "Anderson|Baker|Carter|Diaz|Ellis|Foster|Garcia|Hughes|Iverson|Johnson|Keller|Lewis"
    "|Morgan|Nguyen|Ortiz|Parker|Quinn|Reed|Sanders|Turner|O'Brien|Walsh|Young|Zimmerman",
}
ENGLISH = _tongue(
    "US|en-US|com|+1 2## 555 01##|##-#######",
    names="{a}{b} {trade} {form}|{family} & {family} {trade}|{a}{b} {trade} of {city}"
    "|{family} {trade} of {city}|{family}, {family} & {family} {trade}|{a}{b} {trade}"
    "|{family}, {family} & {family} {form}|{city} {a}{b} {form}",
    **_AMERICAN,
)
"""American companies; the country of the well-known samples too."""

_GOVERNMENT = _tongue(
    "US|en-US|us|+1 2## 555 01##|##-#######",
    names="{family} County {office}, {state}|{family}{b} County {office}|City of {a}{b} {office}"
    "|Town of {family}{b}, {office}|{state} Office of {matter}, {a}{b} Region|{a}{b} {work} {form}"
    "|{a}{b} {matter} District, {state}|{family}-{family} {work} JV|{a}{b} {work}, {family} Team",
    state="Vermont|Ohio|Oregon|Virginia|Texas|Maine|Nevada|Kansas|Georgia|Colorado|Iowa|Montana",
    office="Sheriff's Office|Public Works|Clerk of Court|Board of Elections|Fire Rescue|Transit"
    "|Parks and Recreation|Assessor|Housing|Libraries|Emergency Management|Water Utility|Schools",
    matter="Transportation|Health|Revenue|Natural Resources|Labor|Veterans Services|Education"
    "|Public Safety|Corrections|Agriculture|Port|Environmental Quality|Motor Vehicles",
    work="Federal Systems|Defense Solutions|Government Services|Mission Support|Aerospace"
    "|Security Engineering|Public Sector|Tactical Logistics|Cyber Operations|Avionics",
    **_AMERICAN,
)
_GERMAN_NAMES = _tongue(
    "DE|de-DE|de|+49 30 23125 ###|",
    names="{a}{b} {trade} {form}|{family} & {family} {trade} {form}|{trade} {family} {city} {form}"
    "|{family} & Söhne {trade} {form}|{a}{b} {city} {form}|Gebrüder {family} {trade} {form}"
    "|{body} {a}{b}-{city}|{saint}-{house} {a}{b}|{family}-{family}-Stiftung {a}{b}"
    "|Förderverein {house} {a}{b} e. V.",
    body="Stadtwerke|Klinikum|Universität|Sparkasse|Landkreis|Stadtverwaltung|Hochschule"
    "|Amtsgericht|Handwerkskammer|Volkshochschule|Studierendenwerk|Feuerwehr|Zweckverband",
    house="Gymnasium|Grundschule|Krankenhaus|Museum|Bibliothek|Kindertagesstätte|Akademie|Archiv",
    saint="Sankt-Elisabeth|Marien|Humboldt|Sankt-Georg|Käthe-Kollwitz|Lessing|Dürer",
    places="Dresden,,010##|Leipzig,,041##|Chemnitz,,091##|Halle (Saale),,061##|Berlin,,101##"
    "|Hamburg,,200##|München,,803##|Köln,,506##|Nürnberg,,904##|Görlitz,,028##|Tübingen,,720##",
    streets="Hauptstraße #|Bahnhofstraße #|Goethestraße #|Am Schloßpark #|Königsweg #",
    form="GmbH|AG|GmbH & Co. KG|e. K.|KG|SE|OHG",
    a="Nord|Süd|Elb|Rhein|Alpen|Grün|Hoch|Blau|Stern|Wald|Stein|Lichten|Schön|Mühl|Sonnen|Weiß"
    "|Havel|Küsten|Kupfer|Linden",
    b="bach|feld|tal|hof|rain|berg|brücken|hafen|stadt|quell|horn|mark|moor|burg|au|garten",
    trade="Maschinenbau|Bäckerei|Logistik|Großhandel|Steuerberatung|Gebäudetechnik|Möbelhaus"
    "|Brauerei|Zahntechnik|Gießerei|Süßwaren|Pflegedienst|Rechtsanwälte|Druckerei|Hörgeräte",
    given="Anna|Björn|Claudia|Dieter|Eva|Günther|Heike|Jörg|Käthe|Lukas|Monika|Sören|Ulrike",
    family="Müller|Schäfer|Köhler|Groß|Weiß|Krüger|Böhm|Jäger|Schröder|Vogel|Lang|Hübner"
    "|Straßer|Neumann|Öztürk|Lindqvist|Brandt|Fuchs|Richter|Voß",
)
_FRENCH = _tongue(
    "FR|fr-FR|fr|+33 1 99 00 ## ##|",
    places="Lyon,,6900#|Marseille,,1300#|Bourg-en-Bresse,,01000|Nîmes,,30000|Besançon,,25000"
    "|Orléans,,45000|Nice,,06000|Saint-Étienne,,42000",
    streets="# rue de la République|# avenue des Érables|# place de l'Église",
    names="{trade} {family} et {family} {form}|{trade} {a} {city} {form}|{a} {b} {form}"
    "|{family} et Fils, {trade}, {city}|{family}, {family} & {family} {b}|{trade} {a} {b} {form}",
    form="SARL|SAS|SA|EURL",
    a="Château Noir|L'Étoile|Côté Mer|Belle-Île|Grand Chêne|Trois Rivières|Forêt Claire|Pré Vert"
    "|Clair Ruisseau|Vieux Moulin|Haute-Rive",
    b="Conseil|Numérique|Énergie|Santé|Bâtiment|Hôtellerie|Développement|Ingénierie",
    trade="Boulangerie|Cabinet Médical|Imprimerie|Garage|Pharmacie|Fromagerie|Éditions|Menuiserie"
    "|Crèche|École|Clinique|Transports|Assurances",
    given="Aurélie|Benoît|Chloé|Étienne|François|Hélène|Jérôme|Maëlle|Noël|Océane|Rémi",
    family="Lefèvre|Béranger|Dupré|Gérard|Hervé|Lemaître|Pelletier|Rousseau|Thévenin|Vasseur",
)
_POLISH = _tongue(
    "PL|pl-PL|pl|+48 22 ### ## ##|##########",
    places="Warszawa,,00-###|Łódź,,90-###|Kraków,,30-###|Gdańsk,,80-###|Częstochowa,,42-###",
    streets="ul. Długa #|ul. Świętojańska #|al. Niepodległości #|ul. Źródlana #",
    names="{a}{b} {trade} {form}|{trade} {family} i {family} {form}|{a}{b} {trade} {city} {form}"
    "|{family}, {family} i Wspólnicy {form}|{trade} {a}{b} {form}",
    form="sp. z o.o.|S.A.|sp.j.|sp. k.",
    a="Wiśla|Bałty|Kar|Mazo|Śląsk|Dąb|Żuraw|Pod|Zło|Bursz|Gór|Leś|Księ",
    b="pol|tex|bud|net|trans|med|mar|lux|stal|drew|żyt",
    trade="Piekarnia|Hurtownia|Księgowość|Usługi Budowlane|Spółdzielnia|Apteka|Meble|Żegluga"
    "|Przychodnia|Biuro Podróży|Drukarnia|Kancelaria",
    given="Agnieszka|Bartłomiej|Grażyna|Jacek|Katarzyna|Łukasz|Małgorzata|Paweł|Żaneta",
    family="Wiśniewski|Dąbrowska|Kowalczyk|Zieliński|Wójcik|Kamińska|Jabłońska|Żak|Grześ",
)
_PORTUGUESE = _tongue(
    "BR|pt-BR|com.br|+55 11 5555-####|##.###.###/0001-##",
    places="São Paulo,SP,01###-###|Brasília,DF,70###-###|Belém,PA,66###-###|Goiânia,GO,74###-###",
    streets="Rua das Acácias, #|Avenida São João, #|Praça da Sé, #",
    names="{trade} {a} {b} {form}|{trade} {family} & {family} {form}|{trade} {a} de {city} {form}"
    "|{family}, {family} & Irmãos {form}|{family} e {family} {b} {form}",
    form="Ltda.|S.A.|ME|EIRELI",
    a="Bela Manhã|Três Irmãos|Sol Nascente|Pão Quente|Maré Alta|Coração|Ipê Amarelo|Vitória"
    "|Boa Esperança|Estação|São Jorge|Jacarandá",
    b="Alimentação|Soluções|Educação|Construções|Confecções|Saúde|Importação|Comunicação",
    trade="Padaria|Clínica|Farmácia|Construtora|Transportadora|Cooperativa|Editora|Laticínios",
    given="Antônio|Beatriz|Cauê|Débora|Flávia|Gonçalo|Inês|João|Mônica|Verônica",
    family="Araújo|Brandão|Conceição|Falcão|Gonçalves|Leitão|Magalhães|Nóbrega|Simões",
)
_TURKISH = _tongue(
    "TR|tr-TR|com.tr|+90 212 ### ## ##|##########",
    places="İstanbul,,34###|Ankara,,06###|İzmir,,35###|Eskişehir,,26###|Muğla,,48###|Adana,,01###",
    streets="Atatürk Caddesi No: #|Çınar Sokak No: #|Güneş Bulvarı No: #",
    names="{a}{b} {trade} {form}|{family} {city} {trade} {form}|{family} Kardeşler {trade} {form}"
    "|{a} {family} {trade}|{a} {city} {trade} {form}",
    form="A.Ş.|Ltd. Şti.|Tic. A.Ş.",
    a="Güneş|Yıldız|Çınar|Işık|Şimşek|Öz|Doğan|Büyük|Karadeniz|Ağrı|Ümit|Altın|Gümüş|Deniz",
    b="soft|tek|yapı|pak|san|taş|nak|net",
    trade="İnşaat|Tekstil|Gıda|Lojistik|Eczacılık|Turizm|Bilişim|Mühendislik|Eğitim|Sağlık",
    given="Ayşe|Barış|Çağla|Emre|Gülşen|İbrahim|Özge|Şebnem|Tuğba|Yiğit|Zeynep",
    family="Yılmaz|Çelik|Şahin|Öztürk|Aydın|Doğan|Kılıç|Aslan|Koç|Tüfekçi|Işık",
)
_SWEDISH = _tongue(
    "SE|sv-SE|se|+46 8 465 004 ##|",
    places="Göteborg,,411 ##|Malmö,,211 ##|Växjö,,352 ##|Luleå,,972 ##|Örebro,,702 ##",
    streets="Storgatan #|Järnvägsgatan #|Björkvägen #|Södra Hamngatan #",
    names="{a}{b} {trade} {form}|{a}{b} {trade} i {city} {form}|{family} & {family} {trade} {form}"
    "|Bröderna {family} {trade} {form}|{a}{b} {family} {form}",
    form="AB|HB|KB|AB (publ)",
    a="Björk|Fjäll|Sjö|Älv|Norr|Öst|Skär|Ängs|Tall|Måne|Å|Brå",
    b="vik|holm|dal|näs|strand|fors|lund|by|ås|torp|ö",
    trade="Bygg|Fastigheter|Redovisning|Skog|Åkeri|Verkstad|Hälsa|Möbler|Läkemedel|Båtvarv",
    given="Åsa|Björn|Elin|Göran|Håkan|Ingrid|Jörgen|Malin|Östen|Pär|Örjan",
    family="Åkesson|Bergström|Dahlén|Ekström|Hägg|Lindström|Nyström|Sjögren|Öberg|Wikström",
)
_RUSSIAN = _tongue(
    "RU|ru-RU|ru|+7 495 ###-##-##|77########",
    places="Москва,,101###|Санкт-Петербург,,190###|Казань,,420###|Тюмень,,625###|Орёл,,302###",
    streets="ул. Ленина, д. #|просп. Мира, д. #|ул. Зелёная, д. #",
    names="{form} «{a}{b}»|{form} «{a}{b}{c}»|{trade} «{a}{b}{c}»|{form} «{trade} {family}», {city}"
    "|{form} «{a}{b}-{a}{c}»|{trade} «{a}{c}», {city}",
    form="ООО|АО|ИП|ПАО|НКО",
    a="Северо|Сибирь|Волга|Урал|Балт|Гранд|Восток|Ладога|Енисей|Яр|Прим|Нев|Дон|Кама|Полюс",
    b="строй|торг|пром|сервис|транс|маш|лес|мед|агро|энерго|тех|софт|щебень|хлеб",
    c="инвест|комплект|проект|снаб|центр|груп|монтаж|экспорт|юг",
    trade="Завод|Аптека|Типография|Мебельный дом|Хлебозавод|Автобаза|Школа|Чайный дом",
    given="Алексей|Борис|Галина|Дмитрий|Жанна|Юлия|Пётр|Светлана|Эдуард|Ярослав",
    family="Иваненко|Щербаков|Ёлкин|Чернышёва|Журавлёв|Цветкова|Яковлев|Хохлова",
)
_CHINESE = _tongue(
    "CN|zh-CN|cn|+86 21 5555 ####|91310000MA1#######",
    places="上海=shanghai,SH,2000##|北京=beijing,BJ,1000##|深圳=shenzhen,GD,5180##"
    "|杭州=hangzhou,ZJ,3100##|呼和浩特=hohhot,NM,0100##|石家庄=sjz,HE,0500##",
    streets="人民路#号|中山东路#号|解放大道#号|科技园南区#栋",
    names="{city}{a}{b}{trade}{form}|{a}{b}{trade}{form}|{a}{b}（{city}）{trade}{form}"
    "|{city}{family}氏{trade}{form}",
    form="有限公司|股份有限公司|集团|有限责任公司",
    a="东=dong|华=hua|瑞=rui|金=jin|景=jing|龙=long|天=tian|朗=lang|新=xin|盛=sheng|恒=heng|嘉=jia",
    b="方=fang|达=da|丰=feng|源=yuan|泰=tai|和=he|信=xin|通=tong|安=an|腾=teng|宇=yu|康=kang",
    trade="科技=keji|贸易=maoyi|物流=wuliu|电子=dianzi|食品=shipin|医药=yiyao|建筑工程=jianzhu"
    "|文化传播=wenhua|纺织=fangzhi|教育咨询=jiaoyu|机械制造=jixie",
    given="伟=wei|芳=fang|娜=na|秀英=xiuying|敏=min|静=jing|强=qiang|洋=yang",
    family="王=wang|李=li|张=zhang|刘=liu|陈=chen|杨=yang|赵=zhao|黄=huang|周=zhou|吴=wu",
)
_ARABIC = _tongue(
    "AE|ar-AE|ae|+971 4 ### ####|100############",
    places="دبي=dubai,,|أبوظبي=abudhabi,,|الشارقة=sharjah,,|العين=alain,,",
    streets="شارع الملك #|طريق الواحة #|شارع الجامعة #",
    names="{form} {a} {trade} - {city}|{form} {family} و{family} {trade}|{form} {a} {b} {trade}"
    "|{form} {family} {b} {trade}",
    form="شركة|مؤسسة|مجموعة|مكتب",
    a="النور=alnoor|الأمل=alamal|الشروق=alshorouk|الخليج=alkhaleej|النخيل=alnakheel|الواحة=alwaha"
    "|البحر=albahr|الفجر=alfajr|الصحراء=alsahra|اللؤلؤة=allulua|النجمة=alnajma|السلام=alsalam",
    b="الحديثة=alhaditha|الدولية=international|المتحدة=united|العربية=alarabia|الذهبية=golden",
    trade="للتجارة=trading|للمقاولات=contracting|للتقنية=tech|للخدمات الطبية=medical"
    "|للنقل=transport|للاستشارات=consulting|للتأمين=insurance|للسياحة=tourism|للأغذية=foods|للتعليم=education",
    given="أحمد=ahmad|فاطمة=fatima|خالد=khalid|ليلى=layla|يوسف=yousef|مريم=maryam|نورة=noura",
    family="الحربي=alharbi|المنصوري=almansoori|القحطاني=alqahtani|الشامسي=alshamsi|العتيبي=alotaibi",
)

TONGUES = {
    "global": (
        *((ENGLISH,) * 26 + (_FRENCH,) * 11 + (_GERMAN_NAMES,) * 12 + (_POLISH,) * 9),
        *((_PORTUGUESE,) * 9 + (_TURKISH,) * 6 + (_SWEDISH,) * 6 + (_RUSSIAN,) * 10),
        *((_CHINESE,) * 7 + (_ARABIC,) * 4),
    ),
    "us-gov": (_GOVERNMENT,),
    "germany": (_GERMAN_NAMES,),
    "china": (_CHINESE,),
}
"""Whose names are heard in each cloud; of a hundred in the global one."""

PARTNERS = {
    "global": Partner("Northlight Cloud Distribution", "GB", PartnerKind.INDIRECT_PROVIDER, 70, 20),
    "us-gov": Partner("Northlight Public Sector LLC", "US", PartnerKind.DIRECT_BILL, 15, 22),
    "germany": Partner("Nordlicht Systemhaus GmbH", "DE", PartnerKind.DIRECT_BILL, 15, 23),
    "china": Partner("北光（上海）云计算有限公司", "CN", PartnerKind.INDIRECT_RESELLER, 5, 21),
}
"""Who the partner is in each cloud."""


def tongues(cloud: Cloud) -> tuple[Tongue, ...]:
    """Return whose names are heard in a cloud; in another one those of its countries, or all."""
    if cloud.id in TONGUES:
        return TONGUES[cloud.id]
    world = TONGUES["global"]
    return tuple(tongue for tongue in world if tongue.country in cloud.countries) or world


def partner(cloud: Cloud) -> Partner:
    """Return who the partner is in a cloud."""
    name, market = f"Northlight {cloud.short_name}", cloud.only_country
    return PARTNERS.get(cloud.id) or Partner(name, market, PartnerKind.DIRECT_BILL, 5, 21)


SAMPLES = tuple(
    Word(name, _word(name.partition(",")[0], _LETTERS).latin)
    for name in (
        *("Fabrikam, Inc.", "Contoso, Ltd.", "Northwind Traders", "Adventure Works Cycles"),
        *("Tailspin Toys", "Wingtip Toys", "Litware, Inc.", "Proseware, Inc.", "Woodgrove Bank"),
        *("Relecloud", "Trey Research", "VanArsdel, Ltd.", "Contoso Suites", "Fourth Coffee"),
        *("Alpine Ski House", "Coho Winery", "Lucerne Publishing", "Wide World Importers"),
    )
)
"""Microsoft's sample companies. Fabrikam comes first and is in every book, once."""

NASTY = (
    Word("[bold red]Not bold[/]", "not bold"),
    Word("\x1b[2J\x1b[31mred", "red"),
    Word("Tab\there,\nnew line and \x07bell", "tab bell"),
    Word(("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk " * 8)[:399] + "!", "donaudampf"),
    Word("Invoice \u202egpj.exe", "invoice"),
    Word("شركة Northgate للتجارة 2000 Ltd. فرع دبي", "northgate trading"),
    Word("Z\u0337\u0322\u031b\u0300\u0315\u034a" * 3 + "algo\u0336\u0329\u0348\u0307 Ltd", "zalgo"),
    Word("👩\u200d👩\u200d👧\u200d👦 Family Office 🏳️\u200d🌈", "family office"),
    Word('=HYPERLINK("http://example.com","x")', "hyperlink"),
    Word("'; DROP TABLE customers; --", "drop table"),
    Word("100% _ \\ \"quoted\" 'name'", "quoted"),
    Word("Nothing But a Name", ""),
)
"""Names that try the terminal, the spreadsheet and the database; the last has no other field."""

STAFF = ("anna", "priya", "tomasz", "olga", "jürgen", "mei")
RESELLERS = (
    *("Cloudwise Reselling Ltd", "Brightpath IT", "Systemhaus Elbtal GmbH", "Nimbus Conseil"),
    *("Bulut Çözümleri A.Ş.", "ООО «Облако Плюс»", "4847383", "5200417"),
)
TAGS = {
    "": ("vip", "renewal", "education", "nonprofit", "trial", "overdue", "key account"),
    "de": ("Schlüsselkunde", "Verlängerung", "Behörde"),
    "ru": ("ключевой клиент", "продление", "просрочка"),
}
"""Tags in use everywhere, and those of one language."""

NOTES = {
    "en": (
        "Prefers to be called before ten. Ask for the office manager.",
        "Invoices go to the head office, not to the branch. Purchase order number is a must.",
        "Wants to move from annual to monthly billing at the next renewal.",
    ),
    "de": (
        "Ansprechpartnerin ist in Elternzeit; Vertretung über die Zentrale.",
        "Möchte vor der Verlängerung ein Angebot über 50 weitere Plätze.",
    ),
    "fr": ("Préfère être contacté par courriel. La facture doit porter le numéro de commande.",),
    "ru": ("Звонить после обеда.", "Просят счёт на русском языке. Договор продлён."),
    "zh": ("请在续订前两周联系财务部。",),
}
