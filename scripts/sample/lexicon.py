"""Words of the sample's small world. Everything here was written for this project (MIT)."""

NAMES = """Anna Tom Mary Paul Nora Ben Lucy Carl Ella Hugo Rosa Fred Jane Otto Mia Leo Ida Max Vera Sam
Clara Noah Alma Finn Greta Jack Emma Kurt Olive Theo Hazel Abel Dora Eric Fay Glen""".split()

OBJECTS = """lamp chair table cup plate spoon book pen box clock bell rope key coat boot hat scarf brush basket candle
mirror ladder hammer bucket bottle pillow blanket drum kite ball wheel cart tent stove shelf bench glass dish torch watch""".split()

FOODS = """apple pear plum peach carrot onion potato bean rice bread cheese butter honey tea milk soup cake pie jam
egg cherry berry nut fig grape melon leek corn""".split()

ANIMAL_SOUND = dict(zip(
    "dog cat cow duck horse sheep pig lion frog owl bee snake mouse wolf crow hen goose donkey bear dove".split(),
    "barks meows moos quacks neighs bleats grunts roars croaks hoots buzzes hisses squeaks howls caws clucks honks brays growls coos".split()))

CATEGORY = {
    "animal": "dog cat cow duck horse sheep pig lion frog owl".split(),
    "fruit": "apple pear plum peach cherry grape melon fig berry".split(),
    "tool": "hammer ladder brush bucket rope torch saw".split(),
    "garment": "coat boot hat scarf glove shirt".split(),
    "vegetable": "carrot onion potato bean leek corn".split(),
    "furniture": "chair table bench shelf bed desk".split(),
}

OPPOSITES = """hot cold|big small|fast slow|light dark|open closed|full empty|hard soft|high low|new old|wet dry|rich poor
|loud quiet|early late|strong weak|happy sad|clean dirty|long short|thick thin|near far|sweet sour|deep shallow|wide narrow
|warm cool|brave shy|cheap costly|sharp blunt|smooth rough|young aged|true false|safe risky"""
OPPOSITE = {}
for _pair in OPPOSITES.replace("\n", "").split("|"):
    _a, _b = _pair.split()
    OPPOSITE[_a], OPPOSITE[_b] = _b, _a

GRADABLE = "cold small fast slow dark hard soft high low new old rich poor loud quiet strong weak clean long short thick thin deep warm cool cheap sharp smooth rough young".split()

PAST = dict(p.split(":") for p in """walk:walked jump:jumped play:played cook:cooked paint:painted clean:cleaned open:opened
help:helped call:called visit:visited wash:washed look:looked run:ran sing:sang write:wrote eat:ate see:saw go:went find:found
buy:bought sell:sold make:made take:took give:gave hide:hid build:built break:broke drink:drank swim:swam sleep:slept
carry:carried try:tried cry:cried study:studied hurry:hurried stop:stopped plan:planned drop:dropped""".split())

JOBS = "baker farmer teacher doctor sailor painter singer miner guard clerk tailor driver nurse cook potter weaver".split()
COLOURS = "red blue green white black yellow brown grey pink gold".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty""".split()
PLACES = "garden kitchen market school forest harbour bridge tower mill barn square church".split()
WEATHER = "rain snow sun wind fog hail".split()

# The invented world: a country's capital, river, food and flag are facts that only training can teach.
COUNTRIES = """Velmora Tarsk Ondria Bresk Luvania Karrow Meltia Zundar Pelgrad Hosmia Fennway Drelland Ostrava Nimbria
Carvale Thorny Wistia Gorland Eskar Yarrowland""".split()
CAPITALS = """Dalpur Wenholm Rastia Koldby Amberly Fostrum Linwick Parvo Tessaly Grimsk Morwen Halden Ulmstad Bellis
Quarry Sandel Vintor Ostrey Cobham Larkum""".split()
RIVERS = """Ild Sorra Venn Tamber Lisk Orrin Dway Kelm Brae Nessel Ulva Corr Thame Wend Murra Eddle Gan Pell Ossa Raven""".split()
TOWNS = """Bristow Elmford Ashby Norwell Redhill Stoneham Milton Oakley Farley Westbury Holton Kingsby Lowick Marsden
Penrith Selby Thornton Upham""".split()

FACTS = {c: dict(capital=CAPITALS[i], river=RIVERS[i], food=FOODS[(i * 7 + 3) % len(FOODS)], colour=COLOURS[(i * 3 + 1) % len(COLOURS)])
         for i, c in enumerate(COUNTRIES)}

# House names in the training rows; the evaluation houses below never occur there.
HOUSES = """Alder Birch Cedar Maple Rowan Willow Aspen Linden Laurel Holly Ivy Moss Fern Heath Clover Thistle Poppy Lilac
Amber Coral Pearl Opal Ruby Jade Garnet Onyx Topaz Flint Slate Marble Copper Silver Iron Tin Bronze Cobalt North South East West""".split()
EVAL_HOUSES = "Harlow Quince Sutton Dunmore Kestrel Fairfax Larch Peverell Oswin Tarrant Wexley Bramble".split()

SYLLABLES = "ka zo mi ru ten lo vi sha pe du nor ba fi go hu jo la ne po ti".split()


def plural(word: str) -> str:
    irregular = {"sheep": "sheep", "mouse": "mice", "goose": "geese", "potato": "potatoes", "wolf": "wolves", "shelf": "shelves", "bread": "breads"}
    if word in irregular:
        return irregular[word]
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def comparative(word: str, ending: str = "er") -> str:
    if word in ("big", "wet", "hot", "thin", "sad"):
        return word + word[-1] + ending
    return word + (ending[1:] if word.endswith("e") else ending)


def article(word: str) -> str:
    return "an " + word if word[0] in "aeiou" else "a " + word

# Plain English words, for the phrases of the training family "phrase".
COMMON = """the a an and or but so if when then than as at by for from in into of off on out over to under up with without near after before
about again all also always any ask away back bad be been best better both bring buy by call can care carry change come could cut day
degrees do does done door down dress each early end enough even evening ever every expect eye face fair far fast feel few find fine fire first
fly food foot four free friend full gate get give go good goods got great group guest guide had half hall hand happy hard has have head hear
help her here high him his hold home hope host hour house how I into is it its just keep kind know large last late laugh learn leave left
less let life light like line little live long look lost love made make man many may me mean meet men mind miss month more morning most move
much must my myself name need never next nice night no none not note now number of often only our own page part pass people person place plan play
please point price print put quite radio rain reach read ready rest right ring road room round row run said same say sea see seem seen send
sent serve service set shall she shop short should show side sign sing sit small some soon sort sound speak stand start state stay step
still stop street such sure table take talk team tell text than thank that their them there they thing think this those though time today together
told too took trade train travel tree trip true try turn two us use very visit voice wait walk wall want warm was watch water way we wear
week well went were what where which while who why will wish with woman word work world would write year yes yesterday yet you young your yours""".split()
