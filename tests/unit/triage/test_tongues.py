"""Emergencies told in Spanish, French, German and Portuguese are caught; what is denied or harmless there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from medbot_desktop.domain import Disposition, Triage
from medbot_desktop.errors import InputError
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.understanding.tongues import FOLDER, Tongues

Ask = Callable[[str], Triage]
EMERGENCY = Disposition.EMERGENCY

EMERGENCIES = {
    "es": [
        "mi hija se ha bebido un vaso de lejía",
        "el niño se tragó un detergente líquido",
        "mi nieto de dos años se ha tragado una pila de botón",
        "me he tomado treinta pastillas de paracetamol",
        "he tomado 40 comprimidos",
        "mi hija se tomó una caja entera de pastillas para dormir",
        "mi bebé de 5 semanas tiene 38,7 de fiebre",
        "tengo fiebre alta y el cuello rígido, me molesta la luz",
        "de repente un dolor de cabeza terrible, el peor de mi vida",
        "mi padre está vomitando sangre",
        "estoy embarazada de 8 meses y estoy sangrando",
        "tengo el brazo derecho dormido y no puedo levantarlo",
        "mi madre no puede hablar y tiene la boca torcida",
        "se ha cortado las muñecas",
        "mi bebé se está poniendo morado",
        "ya no tengo ganas de vivir",
        "estarían todos mejor sin mí, quiero morirme",
        "se me está hinchando la lengua después de comer cacahuetes",
        "se ha caído y se ha dado un golpe en la cabeza y está vomitando",
        "mi hijo no respira y ha bebido lejía",
        "toso sangre desde esta mañana",
        "estoy de 20 semanas y sangro",
        "se me ha dormido medio cuerpo",
        "mi novio me pega y me ha amenazado con matarme",
        "quiero matar a mi jefe",
        "mi abuela se desplomó y está fría",
        "mamá habla arrastrando las palabras",
        "una víbora me ha mordido la mano",
        "mi perro mordió a mi hijo y sangra mucho, no para",
        "que hago, mi hijo se ha tragado una pila",
        "tuve un infarto hace diez años y ahora me duele el pecho",
    ],
    "fr": [
        "mon fils a bu de l'eau de Javel",
        "ma petite fille a avalé une pile bouton",
        "il a avalé du liquide vaisselle",
        "j'ai avalé trente cachets de paracétamol",
        "elle a pris une boîte entière de somnifères",
        "mon bébé de 6 semaines a 38,8 de fièvre",
        "notre nourrisson de deux mois est fiévreux",
        "j'ai de la fièvre et la nuque très raide",
        "un mal de tête soudain et violent, le pire mal de tête de ma vie",
        "mon mari vomit du sang",
        "je suis enceinte de sept mois et je perds du sang",
        "je ne sens plus mon bras gauche",
        "son bras est paralysé d'un coup",
        "je me suis ouvert les veines",
        "mon bébé devient bleu",
        "j'ai envie d'en finir",
        "je n'ai plus envie de vivre",
        "ma langue gonfle après une piqûre de guêpe",
        "elle est tombée sur la tête et elle vomit",
        "il ne répond plus et a avalé de la lessive",
        "il crache du sang",
        "je vais tuer mon mari",
        "mon ex me frappe et menace de me tuer",
        "il est tombé par terre et ne bouge plus",
        "ma mère a la bouche pâteuse et ne bouge plus son bras",
        "un serpent m'a mordu",
        "j'ai eu un infarctus il y a cinq ans et maintenant j'ai mal à la poitrine",
    ],
    "de": [
        "mein Sohn hat Putzmittel getrunken",
        "meine Tochter hat eine Knopfzelle verschluckt",
        "das Kind hat Rohrreiniger geschluckt",
        "ich habe dreißig Schlaftabletten geschluckt",
        "sie hat 20 Paracetamol genommen",
        "er hat eine ganze Packung Tabletten genommen",
        "mein Baby ist vier Wochen alt und hat Fieber",
        "Fieber und ein steifer Nacken seit heute",
        "plötzlich ganz heftige Kopfschmerzen, noch nie so starke Kopfschmerzen gehabt",
        "mein Mann hat Blut erbrochen",
        "ich bin in der 30. Schwangerschaftswoche und blute",
        "mein linker Arm ist taub und ich kann ihn nicht heben",
        "ich spüre meine rechte Hand nicht mehr und rede komisch",
        "er hat sich die Pulsadern aufgeschnitten",
        "das Baby läuft blau an",
        "ich will nicht mehr leben",
        "alle wären besser dran ohne mich, ich möchte tot sein",
        "meine Zunge schwillt nach dem Wespenstich an",
        "er ist auf den Kopf gefallen und erbricht",
        "ich huste Blut",
        "er atmet nicht und hat Tabletten genommen",
        "ich bringe mich um",
        "er bringt sich um",
        "ich will meine Frau umbringen",
        "meine Freundin will sich umbringen",
        "meine Mutter ist umgefallen und antwortet nicht",
        "mein Mann schlägt mich und droht mich umzubringen",
        "sie lallt und der Arm hängt runter",
        "meine Tochter hat Tabletten geschluckt und zwar viele",
        "mein Hund hat meine Tochter gebissen, sie blutet stark",
    ],
    "pt": [
        "a minha filha bebeu lixívia",
        "meu filho engoliu produto de limpeza",
        "o bebé engoliu uma pilha",
        "tomei vinte comprimidos de paracetamol",
        "ela tomou uma caixa inteira de calmantes",
        "o meu bebé de seis semanas tem febre",
        "recém-nascido com 38,5 de febre",
        "febre alta e pescoço rígido",
        "de repente uma dor de cabeça horrível, a pior dor de cabeça da minha vida",
        "o meu pai está a vomitar sangue",
        "estou grávida de 6 meses e tenho sangramento",
        "não consigo mexer o braço direito",
        "tenho o lado esquerdo do rosto dormente",
        "ele cortou os pulsos",
        "o bebé está a ficar roxo",
        "não quero mais viver",
        "tenho vontade de morrer",
        "a língua está a inchar depois da picada de vespa",
        "caiu, bateu com a cabeça e está a vomitar",
        "ela não acorda e tomou veneno",
        "estou a tossir sangue",
        "eu vou matar o meu pai",
        "ele diz que me vai matar com uma faca",
        "minha mãe está confusa e com a fala enrolada",
        "uma cobra me mordeu",
        "o que faço, meu filho engoliu uma pilha",
        "tive um AVC há dois anos e agora não consigo mexer o braço",
    ],
}
NO_EMERGENCIES = {
    "es": [
        "tengo tos y mocos desde ayer",
        "no tengo dolor en el pecho",
        "mi hijo no ha bebido lejía",
        "no he vomitado sangre",
        "tomé 2 pastillas de paracetamol",
        "tomo 10 pastillas al día para el corazón",
        "estoy embarazada y tengo náuseas",
        "mi hija tiene los ojos azules",
        "mi hijo tiene un moretón azul en la pierna",
        "me he hecho un análisis de sangre, estoy embarazada",
        "fiebre sin rigidez de cuello",
        "¿cuáles son los síntomas de un infarto?",
        "necesito pilas para el mando",
        "no quiero morir, solo estoy resfriado",
        "ni fiebre ni dolor de pecho, solo mocos",
        "mi abuelo murió de un infarto",
        "tuve un infarto hace diez años y quiero una cita",
        "mi padre tuvo un ictus el año pasado y ahora está bien",
        "¿qué hago si alguien se desmaya?",
        "me muero de hambre",
        "mi perro tuvo una convulsión",
        "voy a matar una mosca con el zapato",
    ],
    "fr": [
        "j'ai un rhume et je tousse",
        "je n'ai pas mal à la poitrine, juste un rhume",
        "pas de douleur dans la poitrine",
        "mon fils n'a pas avalé de javel",
        "je n'ai pas envie de mourir",
        "j'ai pris 2 dolipranes",
        "je prends 8 comprimés par jour",
        "je suis enceinte et j'ai des nausées",
        "mon fils a les yeux bleus",
        "mon bébé a un bleu sur la jambe",
        "il ne vomit pas de sang",
        "fièvre sans raideur de la nuque",
        "quels sont les symptômes d'un infarctus ?",
        "ma fille a mangé du poisson",
        "ni fièvre ni douleur thoracique",
        "prise de sang pendant la grossesse",
        "les piles de ma télécommande",
        "j'ai eu une crise cardiaque il y a cinq ans, je veux un rendez-vous",
        "que faire en cas d'arrêt cardiaque ?",
        "mon chien a avalé une pile",
        "je vais tuer le temps avec mon mari",
    ],
    "de": [
        "ich habe Husten und Schnupfen",
        "ich habe keine Brustschmerzen",
        "mein Kind hat keine Batterie verschluckt",
        "er hat die Tabletten nicht genommen",
        "ich habe 2 Tabletten Ibuprofen genommen",
        "ich nehme 8 Tabletten pro Tag",
        "ich bin schwanger und mir ist übel",
        "mein Sohn hat blaue Augen",
        "mein Sohn hat einen blauen Fleck am Bein",
        "kein Blut erbrochen, nur etwas übel",
        "Fieber ohne Nackensteife",
        "was sind die Symptome von einem Schlaganfall?",
        "die Batterie vom Hörgerät ist leer",
        "ich will nicht sterben, ich habe nur Schnupfen",
        "weder Fieber noch Atemnot",
        "Blutdruck in der Schwangerschaft messen",
        "ich hatte vor drei Jahren einen Herzinfarkt, jetzt Husten",
        "was tun bei einer Vergiftung?",
        "was sind die Zeichen eines Schlaganfalls?",
        "ich sterbe vor Hunger und möchte einen Termin",
        "meine Frau antwortet nicht auf meine Mails",
        "ich will meine Mutter um Rat fragen",
        "mein Hund hat Bleiche getrunken",
    ],
    "pt": [
        "tenho tosse e nariz entupido",
        "não tenho dor no peito",
        "não tenho dor no peito nem falta de ar",
        "o meu filho não engoliu a pilha",
        "não vomitei sangue",
        "tomei 2 comprimidos de paracetamol",
        "eu tomo 8 comprimidos por dia, não tenho dores",
        "estou grávida e com enjoos",
        "minha filha tem olhos azuis",
        "febre sem rigidez no pescoço",
        "quais são os sintomas de um infarto?",
        "exame de sangue na gravidez",
        "preciso de pilhas para o comando",
        "não quero morrer, só estou constipado",
        "sem falta de ar, só tosse",
        "nem febre nem dor no peito",
        "tive um AVC há cinco anos, quero marcar consulta",
        "o que fazer em caso de convulsão?",
        "estou morrendo de fome",
        "meu cachorro engoliu uma pilha",
        "vou matar saudades do meu pai",
    ],
}

STILL_EMERGENCIES = {
    "es": [
        "no puedo respirar y me duele el pecho",
        "mi hijo no come y tiene convulsiones",
        "mi bebé no para de vomitar sangre",
        "no sé qué hacer mi hijo se ha tragado una pila",
        "no tengo tos pero me duele el pecho",
        "no tengo fiebre y vomito sangre",
        "hace 2 años tuve un infarto y ahora me duele el pecho",
        "tengo dolor en el pecho desde hace 2 años",
        "tengo síntomas de un infarto",
        "no, tengo dolor en el pecho",
        "dolor de pecho sin parar",
    ],
    "fr": [
        "il ne mange pas et vomit du sang",
        "je n'ai pas de fièvre mais j'ai mal à la poitrine",
        "je n'ai jamais eu aussi mal à la tête",
        "j'ai très mal à la poitrine sans arrêt",
        "j'ai eu un infarctus il y a 5 ans et maintenant j'ai mal à la poitrine",
        "elle n'a pas pris ses médicaments, elle a des convulsions",
        "j'ai les symptômes d'un infarctus",
        "il n'a pas de pouls",
    ],
    "de": [
        "mein Baby trinkt nicht und hat Fieber, 3 Wochen alt",
        "mir geht es nicht gut Brustschmerzen",
        "ich habe kein Fieber aber Brustschmerzen",
        "ich habe keine Kraft und Brustschmerzen",
        "ich kann meinen Arm nicht bewegen",
        "er hatte vor 5 Jahren einen Herzinfarkt und hat jetzt Brustschmerzen",
        "ich bin nicht schwanger aber blute stark",
        "er hat keinen Puls",
    ],
    "pt": [
        "não consigo dormir tenho dor no peito",
        "o bebé não mama e tem febre, 3 semanas",
        "não tenho febre mas tenho dor no peito",
        "não tenho força no braço direito",
        "não, tenho dor no peito",
        "tenho dor no peito há 2 anos",
        "o bebé não abre os olhos e está roxo",
        "acho que é um infarto",
    ],
}


def messages(of: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(tongue, text) for tongue, texts in of.items() for text in texts]


@pytest.mark.parametrize(("tongue", "text"), messages(EMERGENCIES))
def test_an_emergency_is_caught_and_its_tongue_told(judged: Ask, reader: Reader, tongue: str, text: str) -> None:
    assert judged(text).disposition is EMERGENCY
    assert reader.read(text).language == tongue


@pytest.mark.parametrize(("tongue", "text"), messages(NO_EMERGENCIES))
def test_what_is_harmless_or_denied_is_none(judged: Ask, reader: Reader, tongue: str, text: str) -> None:
    assert judged(text).disposition is not EMERGENCY
    assert reader.read(text).language == tongue


@pytest.mark.parametrize(("tongue", "text"), messages(STILL_EMERGENCIES))
def test_a_denial_in_the_message_takes_no_other_sign_with_it(
    judged: Ask, reader: Reader, tongue: str, text: str
) -> None:
    assert judged(text).disposition is EMERGENCY
    assert reader.read(text).language == tongue


def test_words_for_a_sign_that_is_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "es.toml").write_text('code = "es"\n[[sign]]\nname = "no_such"\npatterns = ["dolor"]\n')
    with pytest.raises(InputError, match="no_such"):
        Tongues.load(tmp_path, {"fever"})
