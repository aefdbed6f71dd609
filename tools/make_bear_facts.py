"""Write the starter dataset `bear-facts` and the starter Space's page, from the table below.

    python tools/make_bear_facts.py

The table holds what encyclopaedias agree on; where they give ranges, usual ones are taken.
"""

import csv
import json
from html import escape
from pathlib import Path

CONTENT = Path(__file__).parents[1] / "src" / "bearhug" / "content"

# One question an attribute; {bear} is its common name with an article.
QUESTIONS = {
    "scientific name": "What is the scientific name of {bear}?",
    "genus": "To which genus does {bear} belong?",
    "family": "To which family does {bear} belong?",
    "subfamily": "To which subfamily does {bear} belong?",
    "described by": "Who first described {bear} scientifically?",
    "described in": "In which year was {bear} first described scientifically?",
    "other name": "What is another name for {bear}?",
    "continents": "On which continents does {bear} live in the wild?",
    "countries": "Name two or three countries where {bear} lives in the wild.",
    "habitat": "In what kind of place does {bear} live?",
    "diet": "Is {bear} a carnivore, an omnivore or a herbivore?",
    "main food": "What does {bear} mostly eat?",
    "winter sleep": "Does {bear} sleep through the winter?",
    "coat": "What colour is the coat of {bear}?",
    "mark": "By what mark is {bear} recognised?",
    "male weight": "How much does an adult male of {bear} usually weigh?",
    "length": "How long, head and body, is {bear}?",
    "cubs": "How many cubs does {bear} usually have at a time?",
    "climbing": "Does {bear} climb trees?",
    "claws": "What are the claws of {bear} like?",
    "toes": "How many toes has {bear} on each foot?",
    "chromosomes": "How many chromosomes has {bear}?",
    "red list": "How does the IUCN Red List rate {bear}?",
    "trade": "In which CITES appendix is {bear} listed?",
    "threat": "What is the main threat to {bear}?",
}

ANSWERS = {
    "polar bear": [
        "Ursus maritimus",
        "Ursus",
        "Ursidae",
        "Ursinae",
        "Constantine Phipps",
        "1774",
        "nanuq",
        "North America, Europe and Asia, around the Arctic Ocean",
        "Canada, Norway (Svalbard) and Russia",
        "sea ice and Arctic coasts",
        "carnivore",
        "seals",
        "only pregnant females den for the winter",
        "white to yellowish, over black skin",
        "its white coat and long neck",
        "350 to 700 kg",
        "180 to 300 cm",
        "two",
        "no",
        "short, strong and curved, for grip on ice",
        "five",
        "74",
        "Vulnerable",
        "Appendix II",
        "loss of sea ice",
    ],
    "brown bear": [
        "Ursus arctos",
        "Ursus",
        "Ursidae",
        "Ursinae",
        "Carl Linnaeus",
        "1758",
        "grizzly, in inland North America",
        "North America, Europe and Asia",
        "Russia, Canada and Romania",
        "forests, mountains and tundra",
        "omnivore",
        "plants, roots, berries, insects, fish and carrion",
        "yes",
        "from cream through brown to nearly black",
        "the hump of muscle over its shoulders",
        "130 to 500 kg, depending on the region",
        "140 to 280 cm",
        "two, from one to four",
        "young ones do; adults seldom",
        "long and only slightly curved, for digging",
        "five",
        "74",
        "Least Concern",
        "Appendix II; some Asian populations Appendix I",
        "loss of habitat and conflict with people",
    ],
    "American black bear": [
        "Ursus americanus",
        "Ursus",
        "Ursidae",
        "Ursinae",
        "Peter Simon Pallas",
        "1780",
        "baribal",
        "North America",
        "Canada, the United States and Mexico",
        "forests",
        "omnivore",
        "plants, berries, nuts and insects",
        "yes, except in parts of the warm south",
        "mostly black; also brown, cinnamon, or rarely white",
        "a straight profile and no shoulder hump",
        "60 to 250 kg",
        "120 to 200 cm",
        "two or three",
        "yes, very well",
        "short and curved, for climbing",
        "five",
        "74",
        "Least Concern",
        "Appendix II",
        "none to the species; vehicles and conflict with people locally",
    ],
    "Asian black bear": [
        "Ursus thibetanus",
        "Ursus",
        "Ursidae",
        "Ursinae",
        "Georges Cuvier",
        "1823",
        "moon bear",
        "Asia",
        "India, China and Japan",
        "forests in hills and mountains",
        "omnivore",
        "fruit, nuts, shoots and insects",
        "in the colder parts of its range",
        "black",
        "a pale crescent on the chest",
        "60 to 200 kg",
        "120 to 190 cm",
        "two",
        "yes, well",
        "short, strong and curved",
        "five",
        "74",
        "Vulnerable",
        "Appendix I",
        "hunting for its parts, and loss of forest",
    ],
    "sun bear": [
        "Helarctos malayanus",
        "Helarctos",
        "Ursidae",
        "Ursinae",
        "Stamford Raffles",
        "1821",
        "honey bear",
        "Asia",
        "Malaysia, Indonesia and Thailand",
        "tropical forests",
        "omnivore",
        "insects, honey and fruit",
        "no",
        "short and black",
        "an orange or cream patch on the chest",
        "30 to 65 kg",
        "100 to 150 cm",
        "one, sometimes two",
        "yes, very well",
        "long, curved like sickles",
        "five",
        "74",
        "Vulnerable",
        "Appendix I",
        "loss of forest, and hunting",
    ],
    "sloth bear": [
        "Melursus ursinus",
        "Melursus",
        "Ursidae",
        "Ursinae",
        "George Shaw",
        "1791",
        "labiated bear",
        "Asia",
        "India, Sri Lanka and Nepal",
        "forests and grasslands",
        "omnivore",
        "termites, ants and fruit",
        "no",
        "long, shaggy and black",
        "a pale V on the chest and long mobile lips",
        "80 to 145 kg",
        "140 to 190 cm",
        "one or two",
        "yes",
        "long and blunt, for opening termite mounds",
        "five",
        "74",
        "Vulnerable",
        "Appendix I",
        "loss of habitat and conflict with people",
    ],
    "spectacled bear": [
        "Tremarctos ornatus",
        "Tremarctos",
        "Ursidae",
        "Tremarctinae",
        "Frédéric Cuvier",
        "1825",
        "Andean bear",
        "South America",
        "Ecuador, Peru and Bolivia",
        "cloud forests and high grasslands of the Andes",
        "omnivore",
        "bromeliads, fruit and other plants",
        "no",
        "black to dark brown",
        "pale rings around the eyes",
        "100 to 200 kg",
        "120 to 200 cm",
        "one or two",
        "yes, very well",
        "sharp and curved, for climbing",
        "five",
        "52",
        "Vulnerable",
        "Appendix I",
        "loss of habitat and conflict with farmers",
    ],
    "giant panda": [
        "Ailuropoda melanoleuca",
        "Ailuropoda",
        "Ursidae",
        "Ailuropodinae",
        "Armand David",
        "1869",
        "panda bear",
        "Asia",
        "China, and no other country",
        "mountain forests with bamboo",
        "herbivore, nearly always",
        "bamboo",
        "no",
        "white, with black legs, shoulders and ears",
        "black patches around the eyes",
        "85 to 125 kg",
        "120 to 190 cm",
        "one or two, of which one is usually raised",
        "yes",
        "strong and curved",
        "five, and a wrist bone on the forefeet that serves as a thumb",
        "42",
        "Vulnerable",
        "Appendix I",
        "bamboo forest broken into small pieces",
    ],
}


def rows() -> list[dict[str, str | int]]:
    """Two hundred facts: eight bears, twenty-five questions each."""
    found: list[dict[str, str | int]] = []
    for bear, answers in ANSWERS.items():
        article = "an" if bear[0] in "aeiouA" else "a"
        for (attribute, question), answer in zip(QUESTIONS.items(), answers, strict=True):
            found.append(
                {
                    "id": len(found) + 1,
                    "bear": bear,
                    "attribute": attribute,
                    "question": question.format(bear=f"{article} {bear}"),
                    "answer": answer,
                }
            )
    return found


def write_dataset(folder: Path) -> None:
    facts = rows()
    with (folder / "facts.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(facts[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(facts)
    with (folder / "conversations.jsonl").open("w", encoding="utf-8") as file:
        for fact in facts:
            messages = [
                {"role": "user", "content": fact["question"]},
                {"role": "assistant", "content": fact["answer"]},
            ]
            line = json.dumps({"id": fact["id"], "messages": messages}, ensure_ascii=False)
            file.write(line + "\n")


def article(bear: str, answers: list[str]) -> str:
    known = dict(zip(QUESTIONS, answers, strict=True))
    shown = ["continents", "habitat", "main food", "male weight", "mark", "red list"]
    facts = "\n".join(
        f"      <div><dt>{name}</dt><dd>{escape(known[name])}</dd></div>" for name in shown
    )
    return f"""    <article>
      <h2>{escape(bear[0].upper() + bear[1:])}</h2>
      <p><i>{known["scientific name"]}</i></p>
      <dl>
{facts}
      </dl>
    </article>"""


def write_space(folder: Path) -> None:
    articles = "\n".join(article(bear, answers) for bear, answers in ANSWERS.items())
    page = f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Eight bears</title>
  <link rel="stylesheet" href="style.css">
</head>
<body>
  <header>
    <h1>Eight bears</h1>
    <p>All the kinds there are.</p>
  </header>
  <main>
{articles}
  </main>
</body>
</html>
"""
    (folder / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    write_dataset(CONTENT / "datasets" / "bear-facts")
    write_space(CONTENT / "spaces" / "eight-bears")
