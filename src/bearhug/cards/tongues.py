"""The same few sentences in the languages that most models speak, for trying them.

Each language's own script and spelling; a card's first language that is here chooses.
"""

# ruff: noqa: RUF001 - letters of other scripts are meant

from typing import NamedTuple

MASK = "<mask>"


class Words(NamedTuple):
    """What is said in one language. `alike` is a sentence, one that says the same, and another."""

    glad: str
    sad: str
    person: str
    masked: str
    forest: str
    asked: str
    story: str
    complaint: str
    labels: str
    alike: tuple[str, str, str]


ENGLISH = Words(
    "What a fine day: the salmon are running.",
    "It has rained all week and the honey is gone.",
    "Ada Lovelace lived in London and wrote to Charles Babbage.",
    f"In winter, most bears {MASK} in their den.",
    "Bears are found in forests, on mountains and on the ice of the Arctic. Most of them eat plants"
    " and small animals, sleep through the winter and raise their cubs alone. The polar bear lives"
    " almost entirely on seals, which it hunts from the edge of the ice.",
    "What do polar bears hunt?",
    "Once upon a time, a bear went out to",
    "My phone no longer charges since the last update.",
    "complaint, praise, question",
    ("The bear is asleep.", "The bear is sleeping.", "A bear catches a fish."),
)

WORDS: dict[str, Words] = {
    "en": ENGLISH,
    "de": Words(
        "Was für ein schöner Tag: Die Lachse ziehen.",
        "Es hat die ganze Woche geregnet, und der Honig ist alle.",
        "Emmy Noether lehrte in Göttingen und schrieb an Albert Einstein.",
        f"Im Winter {MASK} die meisten Bären in ihrer Höhle.",
        "Bären leben in Wäldern, in Bergen und auf dem Eis der Arktis. Die meisten fressen Pflanzen"
        " und kleine Tiere und schlafen im Winter. Der Eisbär lebt fast nur von Robben, die er am"
        " Rand des Eises jagt.",
        "Was jagen Eisbären?",
        "Es war einmal ein Bär, der",
        "Mein Telefon lädt seit der letzten Aktualisierung nicht mehr.",
        "Beschwerde, Lob, Frage",
        ("Der Bär schläft.", "Der Bär ist eingeschlafen.", "Ein Bär fängt einen Fisch."),
    ),
    "fr": Words(
        "Quelle belle journée : les saumons remontent la rivière.",
        "Il a plu toute la semaine et il n'y a plus de miel.",
        "Sophie Germain vivait à Paris et écrivait à Carl Friedrich Gauss.",
        f"En hiver, la plupart des ours {MASK} dans leur tanière.",
        "Les ours vivent dans les forêts, en montagne et sur la glace de l'Arctique. La plupart"
        " mangent des plantes et de petits animaux et dorment en hiver. L'ours polaire vit presque"
        " uniquement de phoques, qu'il chasse au bord de la glace.",
        "Que chassent les ours polaires ?",
        "Il était une fois un ours qui",
        "Mon téléphone ne se recharge plus depuis la dernière mise à jour.",
        "plainte, éloge, question",
        ("L'ours dort.", "L'ours est endormi.", "Un ours attrape un poisson."),
    ),
    "es": Words(
        "Qué día tan bonito: los salmones suben por el río.",
        "Ha llovido toda la semana y ya no queda miel.",
        "Santiago Ramón y Cajal vivía en Madrid y escribía a Camillo Golgi.",
        f"En invierno, la mayoría de los osos {MASK} en su cueva.",
        "Los osos viven en los bosques, en las montañas y en el hielo del Ártico. La mayoría come"
        " plantas y animales pequeños y duerme en invierno. El oso polar vive casi solo de focas,"
        " que caza al borde del hielo.",
        "¿Qué cazan los osos polares?",
        "Érase una vez un oso que",
        "Mi teléfono no se carga desde la última actualización.",
        "queja, elogio, pregunta",
        ("El oso duerme.", "El oso está dormido.", "Un oso atrapa un pez."),
    ),
    "it": Words(
        "Che bella giornata: i salmoni risalgono il fiume.",
        "Ha piovuto tutta la settimana e il miele è finito.",
        "Galileo Galilei viveva a Firenze e scriveva a Giovanni Keplero.",
        f"D'inverno la maggior parte degli orsi {MASK} nella tana.",
        "Gli orsi vivono nei boschi, in montagna e sui ghiacci dell'Artico. La maggior parte mangia"
        " piante e piccoli animali e dorme d'inverno. L'orso polare vive quasi solo di foche, che"
        " caccia al margine del ghiaccio.",
        "Che cosa cacciano gli orsi polari?",
        "C'era una volta un orso che",
        "Il mio telefono non si carica più dall'ultimo aggiornamento.",
        "reclamo, elogio, domanda",
        ("L'orso dorme.", "L'orso sta dormendo.", "Un orso prende un pesce."),
    ),
    "pt": Words(
        "Que belo dia: os salmões sobem o rio.",
        "Choveu a semana toda e o mel acabou.",
        "Egas Moniz viveu em Lisboa e escreveu a Pedro Almeida Lima.",
        f"No inverno, a maioria dos ursos {MASK} na toca.",
        "Os ursos vivem nas florestas, nas montanhas e no gelo do Ártico. A maioria come plantas e"
        " pequenos animais e dorme no inverno. O urso polar vive quase só de focas, que caça à"
        " beira do gelo.",
        "O que caçam os ursos polares?",
        "Era uma vez um urso que",
        "O meu telefone já não carrega desde a última atualização.",
        "queixa, elogio, pergunta",
        ("O urso dorme.", "O urso está a dormir.", "Um urso apanha um peixe."),
    ),
    "nl": Words(
        "Wat een mooie dag: de zalmen trekken.",
        "Het heeft de hele week geregend en de honing is op.",
        "Christiaan Huygens woonde in Den Haag en schreef aan Gottfried Leibniz.",
        f"In de winter {MASK} de meeste beren in hun hol.",
        "Beren leven in bossen, in bergen en op het ijs van de Noordpool. De meeste eten planten en"
        " kleine dieren en slapen in de winter. De ijsbeer leeft bijna alleen van zeehonden, waarop"
        " hij aan de rand van het ijs jaagt.",
        "Waarop jagen ijsberen?",
        "Er was eens een beer die",
        "Mijn telefoon laadt sinds de laatste update niet meer op.",
        "klacht, lof, vraag",
        ("De beer slaapt.", "De beer ligt te slapen.", "Een beer vangt een vis."),
    ),
    "ru": Words(
        "Какой прекрасный день: лосось идёт на нерест.",
        "Всю неделю шёл дождь, и мёд кончился.",
        "Софья Ковалевская жила в Стокгольме и писала Карлу Вейерштрассу.",
        f"Зимой большинство медведей {MASK} в берлоге.",
        "Медведи живут в лесах, в горах и на льдах Арктики. Большинство ест растения и мелких"
        " животных и спит зимой. Белый медведь питается почти только тюленями, на которых охотится"
        " у кромки льда.",
        "На кого охотятся белые медведи?",
        "Жил-был медведь, который",
        "Мой телефон не заряжается после последнего обновления.",
        "жалоба, похвала, вопрос",
        ("Медведь спит.", "Медведь уснул.", "Медведь ловит рыбу."),
    ),
    "zh": Words(
        "天气真好，鲑鱼正在洄游。",
        "下了一个星期的雨，蜂蜜也吃完了。",
        "陈省身住在天津，常给杨振宁写信。",
        f"冬天，大多数熊在洞里{MASK}。",
        "熊生活在森林、山地和北极的冰上。大多数熊吃植物和小动物，冬天睡觉。北极熊几乎只吃海豹，"
        "在冰的边缘捕猎。",
        "北极熊捕猎什么？",
        "从前有一只熊，",
        "上次更新以后，我的手机就不能充电了。",
        "投诉, 表扬, 问题",
        ("熊在睡觉。", "熊睡着了。", "一只熊抓到一条鱼。"),
    ),
    "ja": Words(
        "なんていい天気でしょう。鮭が川を上っています。",
        "一週間ずっと雨で、はちみつもなくなりました。",
        "湯川秀樹は京都に住み、朝永振一郎に手紙を書いた。",
        f"冬、ほとんどの熊は巣穴で{MASK}。",
        "熊は森や山、北極の氷の上に住んでいます。多くは植物や小さな動物を食べ、冬は眠ります。"
        "ホッキョクグマはほとんどアザラシだけを食べ、氷の端で狩りをします。",
        "ホッキョクグマは何を狩りますか？",
        "むかしむかし、一頭の熊が",
        "前回の更新から、電話が充電できません。",
        "苦情, 称賛, 質問",
        ("熊が眠っている。", "熊は寝ている。", "熊が魚をとる。"),
    ),
}
