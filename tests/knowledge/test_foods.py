"""Foods: the right row, the right portion, and nothing where there is none."""

import shutil
import time
from pathlib import Path

import pytest

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.food import Food
from bot.knowledge.foods import FoodAmount, Foods, Share, UnknownFood, plain_name
from bot.knowledge.names import Names

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
FOODS = KNOWLEDGE / "foods"

# Sixty questions of our own: what is asked, the rows that must come (in order), mg of each (None: not checked).
QUESTIONS = [
    ("how much magnesium is in a cup of cooked spinach?", [168463], [157]),
    ("spinach", [168463, 168462], [78, 24]),
    ("and spinach?", [168463, 168462], [78, 24]),
    ("raw spinach 1 cup", [168462], [24]),
    ("how much in half a cup of boiled spinach", [168463], [78]),
    ("steamed spinach", [168463], [78]),
    ("tinned spinach", [169286], None),
    ("is spinach better raw or cooked", [168462, 168463], None),
    ("magnesium in pumkin seeds", [170557], [156]),
    ("an ounce of pepitas", [170557], [156]),
    ("raw pumpkin seeds", [170556], [168]),
    ("how much mg in handful of almonds", [170567], [77]),
    ("10 almonds", [170567], [32]),
    ("almnods", [170567], [77]),
    ("almond butter on toast", [168588, 335240], None),
    ("2 bananas", [173944], [64]),
    ("does a medium bananna have magnesium", [173944], [32]),
    ("how much magnesium is in oat milk", [2257046], [14]),
    ("oatly", [2257046], [14]),
    ("soya milk, one cup", [172446], [61]),
    ("a glass of milk", [746778], [29]),
    ("courgette", [169292], None),
    ("raw courgettes", [169291], None),
    ("aubergine", [169229], None),
    ("rocket salad leaves?", [169387], None),
    ("coriander", [169997], None),
    ("bowl of porridge", [173905], [63]),
    ("cooked oats 1 cup", [173905], [63]),
    ("prawns", [175180], None),
    ("beef mince", [174034], None),
    ("2 slices of wholemeal bread", [335240], [49]),
    ("whole wheat bread, 2 slices", [335240], [49]),
    ("two tablespoons of peanut butter", [172470], [54]),
    ("garbanzo beans", [173757], [79]),
    ("a tin of chickpeas", [173800], [66]),
    ("houmous", [321358], None),
    ("black beans, boiled, 1 cup", [173735], [120]),
    ("canned black beans", [175188], None),
    ("firm tofu half cup", [172475], [73]),
    ("edamame", [168411], [99]),
    ("lentils please", [172421], [71]),
    ("1 oz chia seeds", [170554], [95]),
    ("3 tbsp hemp hearts", [170148], [210]),
    ("flaxseed", [169414], None),
    ("avocado", [171705], [58]),
    ("half an avo", [171705], [29]),
    ("1 oz of 70% dark chocolate", [170273], [65]),
    ("2 squares of dark chocolate", [170273], [46]),
    ("quinoa", [168917], [118]),
    ("dry quinoa 50g", [168874], [99]),
    ("brown rice 1 cup cooked", [168875], [86]),
    ("3 oz salmon", [175168], [26]),
    ("tinned sardines", [175139], None),
    ("jacket potato", [170093], [48]),
    ("weetabix", [169040], None),
    ("marmite", [167717], None),
    ("cheerios", [173884], None),
    ("nutella", [168000], None),
    ("venison", [175085], None),
    ("I ate oats, a banana and almonds: how much is that?", [173905, 173904, 173944, 170567], [63, 56, 32, 77]),
]


@pytest.fixture(scope="module")
def foods() -> Foods:
    return Foods.load(FOODS)


def only(found: list[FoodAmount]) -> FoodAmount:
    assert len(found) == 1, found
    return found[0]


def test_it_works(foods: Foods) -> None:
    almonds = only(foods.find("how much magnesium is in a handful of almonds?"))
    assert almonds.fdc_id == 170567
    assert almonds.description == "Nuts, almonds"
    assert (almonds.name, almonds.state) == ("almonds", "")
    assert almonds.mg_per_100g == 270
    assert almonds.portion == "1 handful (28 g)"
    assert almonds.mg == pytest.approx(76.5, abs=0.1)
    assert almonds.share == Share(0.182, 0.239)
    assert almonds.sure
    assert almonds.lookup == {
        "type": "food",
        "fdc_id": 170567,
        "description": "Nuts, almonds",
        "mg_per_100g": 270.0,
        "portion": "1 handful (28 g)",
        "mg": 76.5,
    }


def test_there_are_sixty_questions() -> None:
    assert len(QUESTIONS) == 60
    assert len({question for question, _, _ in QUESTIONS}) == 60


@pytest.mark.parametrize(("question", "rows", "figures"), QUESTIONS)
def test_each_question_finds_its_row(foods: Foods, question: str, rows: list[int], figures: list[int] | None) -> None:
    found = foods.find(question)
    assert [food.fdc_id for food in found] == rows
    if figures:
        assert [round(food.mg) for food in found] == pytest.approx(figures, abs=1)


@pytest.mark.parametrize(
    ("portion", "mg"),
    [
        ("pumpkin seeds 1 oz", 156),
        ("almonds 1 oz", 77),
        ("boiled spinach 1/2 cup", 78),
        ("raw spinach 1 cup", 24),
        ("boiled black beans 1 cup", 120),
        ("medium banana", 32),
        ("chia seeds 1 oz", 95),
        ("1 whole avocado", 58),
        ("1 cup avocado", 44),
        ("dark chocolate 1 oz", 65),
        ("½ cup firm tofu", 73),
        ("cooked quinoa 1 cup", 118),
        ("1 cup cooked oats", 63),
        ("2 slices whole wheat bread", 49),
        ("1 cup milk", 30),
        ("1 cup soy milk", 61),
        ("3 oz cooked salmon", 26),
        ("1 cup boiled swiss chard", 150),
        ("1 oz dry roasted cashews", 74),
        ("1 cup plain yogurt", 42),
    ],
)
def test_the_dossier_s_figures(foods: Foods, portion: str, mg: int) -> None:
    assert foods.find(portion)[0].mg == pytest.approx(mg, abs=1)


@pytest.mark.parametrize(
    "text",
    [
        # Nonsense.
        "how much magnesium is in asdfgh", "qwrtp zzz", "", "???", "12345", "1/0 cups", "🤔",
        # Things that are no food.
        "how much magnesium is in concrete", "whats the weather", "legs", "how much magnesium is in my car",
        "cashew milk", "almond croissant", "pork pie",
        "what causes it and is it hereditary", "can i take magnesium every night",
        "how much should i take im 52 and 70kg",
        "milk of magnesia", "does magnesium help blood sugar", "is it beter with meals",
        # Medicines.
        "how much magnesium in gabapentin", "magnesium in Synthroid", "how much magnesium is in pregabalin",
        "magnesium citrate", "malarone",
    ],
)  # fmt: skip
def test_nothing_is_found_where_there_is_nothing(foods: Foods, text: str) -> None:
    assert foods.find(text) == []


# Names that are foods as well, or parts of one.
ALSO_FOOD = {"iron", "calcium", "fish oil", "folate"}


def test_no_medicine_is_a_food(foods: Foods) -> None:
    names = Names.load(KNOWLEDGE / "names.yml")
    wrong = [name for name in names.generics if name not in ALSO_FOOD and foods.find(f"how much magnesium in {name}")]
    assert wrong == []


def test_a_blank_value_is_never_a_figure(foods: Foods) -> None:
    # USDA has not reported magnesium for overripe bananas, nor for most KELLOGG'S cereals.
    with pytest.raises(UnknownFood):
        foods.amount(1105073)
    assert only(foods.find("cola")).mg == 0.0  # a zero that USDA gives


def test_a_food_without_a_measure_is_told_by_100_grams(foods: Foods) -> None:
    teff = foods.amount(2003589)
    assert teff.portion == "100 g"
    assert teff.mg == pytest.approx(teff.mg_per_100g, abs=0.05)


def test_an_amount_that_nothing_weighs_is_not_sure(foods: Foods) -> None:
    spinach = foods.find("a bottle of kale")[0]
    assert not spinach.sure
    assert spinach.portion == "1 cup (118 g)"


def test_a_wide_word_offers_others(foods: Foods) -> None:
    nuts = only(foods.find("nuts"))
    assert not nuts.sure
    assert 170567 in [row for row, _ in nuts.alternatives]


def test_a_name_that_is_only_partly_known_is_not_sure(foods: Foods) -> None:
    found = only(foods.find("how much magnesium is in chocolate covered almonds"))
    assert found.fdc_id == 170567
    assert not found.sure


def test_a_rare_food_is_looked_for_only_in_a_question_about_food(foods: Foods) -> None:
    assert only(foods.find("how much magnesium is in goose")).description.startswith("Goose")
    assert foods.find("my goose bumps came back after the third sleepless night") == []


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("100g almonds", 100),
        ("almonds 30 g", 30),
        ("almonds (30g)", 30),
        ("1 kg almonds", 1000),
        ("1/2 oz almonds", 14.2),
        ("1 1/2 cups almonds", 214.5),
        ("a cup of almonds", 143),
        ("half a cup of almonds", 71.5),
        ("2 tbsp almonds", 17.9),
        ("two handfuls of almonds", 56.7),
        ("three large eggs", 150),
        ("a small banana", 101),
        ("250 ml milk", 258.9),
        ("a pint of milk", 490.0),
        ("a couple of bananas", 236),
        ("a dozen almonds", 14.4),
        ("2 servings of almonds", 56.7),
        ("bar of dark chocolate", 101),
    ],
)
def test_amounts(foods: Foods, text: str, grams: float) -> None:
    assert only(foods.find(text)).grams == pytest.approx(grams, rel=0.02)


def test_each_food_of_a_message_has_its_own_amount(foods: Foods) -> None:
    found = foods.find("2 eggs, 100g cashews and a slice of rye bread")
    assert [(food.name, round(food.grams)) for food in found] == [("eggs", 100), ("cashews", 100), ("rye bread", 32)]


def test_foods_without_commas(foods: Foods) -> None:
    assert [food.name for food in foods.find("banana almonds kale raw")] == ["banana", "almonds", "kale"]


def test_the_same_food_twice_is_said_once(foods: Foods) -> None:
    assert len(foods.find("almonds or almonds")) == 1


def test_a_total_adds_up(foods: Foods) -> None:
    total = foods.total(foods.find("I ate oats, a banana and almonds"))
    assert [item.name for item in total.items] == ["oats", "banana", "almonds"]
    assert total.mg == pytest.approx(63.2 + 31.9 + 76.5, abs=0.1)
    assert total.share.of_420 == pytest.approx(0.409, abs=0.001)
    assert total.sure
    assert foods.total([]).mg == 0


def test_the_ranking_is_of_everyday_foods(foods: Foods) -> None:
    ranked = foods.rank()
    assert len(ranked) == 10
    assert [food.mg for food in ranked] == sorted((food.mg for food in ranked), reverse=True)
    assert [food.name for food in ranked[:2]] == ["hemp seeds", "pumpkin seeds"]
    assert not any("bran" in food.description.lower() or "dried" in food.name for food in ranked)


def test_the_ranking_by_group(foods: Foods) -> None:
    assert {"nuts", "seeds", "beans", "greens", "grains", "dairy", "fish", "fruit"} <= set(foods.groups)
    assert foods.rank("nuts", limit=2)[0].name == "brazil nuts"
    assert "spinach" in [food.name for food in foods.rank("greens", limit=3)]
    with pytest.raises(ValueError, match="no food group 'bricks'"):
        foods.rank("bricks")
    assert sum(len(foods.rank(group, limit=100)) for group in foods.groups) >= 80


def test_a_button_gives_the_same_row(foods: Foods) -> None:
    assert foods.amount(170567).portion == "1 oz (28 g, about 23 nuts)"
    assert foods.amount(168463, "1 cup").mg == pytest.approx(156.6)
    assert foods.amount(168462, "1 bunch").grams == 340
    assert foods.amount(173944, "2 each").portion == "2 bananas (236 g)"
    with pytest.raises(ValueError, match="has no weight"):
        foods.amount(170567, "1 bathtub")
    with pytest.raises(UnknownFood):
        foods.amount(1)


def test_every_alternative_can_be_pressed(foods: Foods) -> None:
    for question, _, _ in QUESTIONS:
        for food in foods.find(question):
            for row, description in food.alternatives:
                assert foods.amount(row).description == description


def test_a_look_up_is_quick(foods: Foods) -> None:
    for question, _, _ in QUESTIONS:
        foods.find(question)
    spent = []
    for question, _, _ in QUESTIONS * 3:
        start = time.perf_counter()
        foods.find(question)
        spent.append(time.perf_counter() - start)
    assert sorted(spent)[int(len(spent) * 0.95)] < 0.020


def test_a_very_long_message_is_read_in_time(foods: Foods) -> None:
    start = time.perf_counter()
    foods.find("spinach and " * 20_000)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("text", "portion"),
    [
        ("one and a half cups of milk", "1 1/2 cups (368 g)"),
        ("three quarters of a cup of milk", "3/4 cup (184 g)"),
        ("⅝ cup of almonds", "5/8 cup (89 g)"),
        ("two hundred grams of almonds", "200 g"),
        ("twenty five almonds", "25 almonds (30 g)"),
        ("2.999 cups of milk", "3 cups (735 g)"),
        ("3 servings of almonds", "3 servings (85 g)"),
        ("half a serving of almonds", "1/2 serving (14 g)"),
        ("2 tins of chickpeas", "2 cans (506 g)"),
        ("an extra large banana", "1 extra large banana (152 g)"),
    ],
)
def test_an_amount_is_said_back_as_it_was_meant(foods: Foods, text: str, portion: str) -> None:
    found = only(foods.find(text))
    assert found.portion == portion
    assert found.sure


@pytest.mark.parametrize("text", ["0 almonds", "0 g almonds", "30 kg almonds", "9999999 almonds"])
def test_an_impossible_amount_is_not_reckoned_with(foods: Foods, text: str) -> None:
    found = only(foods.find(text))
    assert found.portion == "1 oz (28 g, about 23 nuts)"
    assert not found.sure


@pytest.mark.parametrize(
    ("text", "row", "sure"),
    [
        # A state that the everyday food lacks, and USDA has.
        ("smoked salmon", 173687, True),
        ("pickled herring", 175118, True),
        # Near enough.
        ("poached salmon", 175168, True),
        ("microwaved kale", 169238, True),
        # Nobody has it: the usual one, and it is said that this is a guess.
        ("pickled almonds", 170567, False),
        ("a can of tomatoes", 170051, True),
    ],
)
def test_a_state_that_was_asked(foods: Foods, text: str, row: int, sure: bool) -> None:
    found = only(foods.find(text))
    assert (found.fdc_id, found.sure) == (row, sure)


def test_a_rare_food_takes_the_amount_that_was_said(foods: Foods) -> None:
    goose = only(foods.find("how much magnesium is in 200 g goose"))
    assert (goose.portion, goose.grams) == ("200 g", 200)
    assert goose.mg == pytest.approx(2 * goose.mg_per_100g)
    bottle = only(foods.find("a bottle of goose"))
    assert bottle.portion == "3 oz (85 g)"
    assert not bottle.sure


@pytest.mark.parametrize(("text", "name"), [("beef wellington", "steak"), ("chicken korma", "chicken")])
def test_the_beginning_of_a_dish_is_only_a_guess(foods: Foods, text: str, name: str) -> None:
    found = only(foods.find(text))
    assert found.name == name
    assert not found.sure


def test_two_portions_of_one_food_both_count(foods: Foods) -> None:
    total = foods.total(foods.find("a cup of milk and later half a cup of milk"))
    assert [item.portion for item in total.items] == ["1 cup (245 g)", "1/2 cup (122 g)"]
    assert total.mg == pytest.approx(29.4 + 14.7)


def test_of_a_food_in_two_states_each_portion_counts_once(foods: Foods) -> None:
    total = foods.total(foods.find("1 cup of spinach"))
    assert [(item.name, item.state) for item in total.items] == [("spinach", "boiled")]
    two = foods.total(foods.find("1 cup of spinach, then 2 cups of spinach"))
    assert [(item.state, round(item.grams)) for item in two.items] == [("boiled", 180), ("boiled", 360)]


def test_a_total_with_a_guess_in_it_is_not_sure(foods: Foods) -> None:
    assert not foods.total(foods.find("almonds and pickled almonds and nuts")).sure


@pytest.mark.parametrize("portion", ["", "0 g", "cup", "30 kg", "-1 cup"])
def test_a_portion_that_weighs_nothing_is_refused(foods: Foods, portion: str) -> None:
    with pytest.raises(ValueError, match=f"'{portion}' of food 170567 has no weight"):
        foods.amount(170567, portion)


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("Nuts, almonds", "almonds"),
        ("Beverages, OATLY, oat drink (fortified)", "OATLY, oat drink"),
        ("Nuts, cashew nuts, dry roasted, without salt added", "cashew nuts, dry roasted"),
        ("Fish, salmon, with salt", "salmon"),
        ("Nuts", "nuts"),
        ("Peanuts, raw", "peanuts, raw"),
    ],
)
def test_a_plain_name_is_without_shelf_and_notes(description: str, name: str) -> None:
    assert plain_name(Food(1, description, "Snacks", 1, "", False)) == name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "foods.csv").write_text(
        'fdc_id,description,food_group,mg_per_100g,common_names,survey\n1,"Oats, raw",Grains,100,,Y\n2,Mystery,Grains,,,\n'
    )
    (tmp_path / "portions.csv").write_text("fdc_id,amount,measure,grams\n1,1,cup,80\n2,1,cup,90\n")
    (tmp_path / "synonyms.yml").write_text("foods:\n  oats: {group: grains, rows: {raw: 1}, portion: 1 cup}\n")
    return tmp_path


def test_a_small_folder_works(folder: Path) -> None:
    foods = Foods.load(folder)
    assert only(foods.find("oats")).mg == 80
    assert foods.find("mystery") == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("foods.csv", ",100,", ",lots,", "foods.csv:2: 'mg_per_100g' is 'lots', not a number"),
        ("foods.csv", ",100,", ",-1,", "foods.csv:2: 'mg_per_100g' is '-1', not a number"),
        ("foods.csv", ",100,", ",nan,", "foods.csv:2: 'mg_per_100g' is 'nan', not a number"),
        ("foods.csv", ",100,", ",10000,", "foods.csv:2: 10000 mg of magnesium in 100 g; no food has over 1000"),
        ("foods.csv", "2,Mystery", "1,Mystery", "foods.csv:3: food 1 stands twice"),
        ("foods.csv", "2,Mystery", "x,Mystery", "foods.csv:3: 'fdc_id' is 'x', not a whole number"),
        ("foods.csv", '"Oats, raw"', '""', "foods.csv:2: 'description' is blank"),
        ("foods.csv", ",Y", "", "foods.csv:2: 5 cells, not 6"),
        ("foods.csv", "mg_per_100g", "mg", "foods.csv:1: no column 'mg_per_100g'"),
        ("portions.csv", "1,1,cup", "7,1,cup", "portions.csv:2: food 7 is not in foods.csv"),
        ("portions.csv", "cup,80", "cup,0", "portions.csv:2: a portion of nothing"),
        ("synonyms.yml", "raw: 1", "raw: 2", "synonyms.yml:2: food 2 has no magnesium value"),
        ("synonyms.yml", "raw: 1", "", "synonyms.yml:2: 'oats' has no rows"),
        ("synonyms.yml", "1 cup", "1 bathtub", "synonyms.yml:2: 'oats': '1 bathtub' of food 1 has no weight"),
        ("synonyms.yml", "1 cup", "{boiled: 1 cup}", "synonyms.yml:2: the portions of 'oats' don't fit its rows"),
        ("synonyms.yml", "foods:", "food:", "synonyms.yml:1: no 'foods:'"),
        ("synonyms.yml", "foods:", "sizes: {handful: big}\nfoods:", "synonyms.yml:1: a size is not a number"),
        (
            "synonyms.yml",
            "1 cup}",
            "1 cup}\n  corn: {rows: {raw: 1}, portion: 1 cup, also: [oat]}",
            "synonyms.yml:3: 'oat' stands under 'oats' too",
        ),
    ],
)
def test_a_bad_file_is_told_in_one_line(folder: Path, file: str, old: str, new: str, message: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(KnowledgeError) as caught:
        Foods.load(folder)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(folder: Path) -> None:
    (folder / "portions.csv").unlink()
    with pytest.raises(KnowledgeError, match=r"portions\.csv:1: no such file"):
        Foods.load(folder)


def test_a_file_that_is_not_utf_8_is_told(folder: Path) -> None:
    (folder / "foods.csv").write_bytes(b"fdc_id,description\n1,cr\xe8me\n")
    with pytest.raises(KnowledgeError, match="not UTF-8 text"):
        Foods.load(folder)


def test_the_folder_can_be_moved(tmp_path: Path) -> None:
    shutil.copytree(FOODS, tmp_path / "foods")
    assert Foods.load(tmp_path / "foods").find("almonds")
