"""Whether a sign holds now: denied, thought likely, long past, imagined, somebody else's, or there."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Assertion
from medbot_desktop.understanding.reader import Reader

PRESENT = [
    ("I can't say I'm not dizzy", "dizziness"),
    ("my husband has crushing chest pain", "chest_pain"),
    ("my baby is blue", "blue"),
    ("the patient in room 2 has chest pain", "chest_pain"),
    ("no fever but my chest hurts", "chest_pain"),
    ("no cough and my chest hurts", "chest_pain"),
    ("no cough, my chest hurts", "chest_pain"),
    ("not sure what to do, my chest hurts", "chest_pain"),
    ("I don't know why my chest hurts", "chest_pain"),
    ("no idea what is wrong, she is fitting", "seizure"),
    ("I had a stroke in 2015 and now my chest hurts", "chest_pain"),
    ("it's not getting better, the chest pain", "chest_pain"),
    ("never had chest pain like this", "chest_pain"),
    ("no accident or illness to speak of and since he came in at lunch he is suddenly confused", "suddenly"),
    ("chest pain that started two weeks ago", "chest_pain"),
    ("can't breathe", "cannot_breathe"),
    ("what are the signs of a stroke? My mum's face is drooping", "face_droop"),
    ("what do I do, my chest hurts", "chest_pain"),
    ("chest pain, no relief from tablets", "chest_pain"),
    ("he strangled me last night", "strangled"),
    ("Ever since my flu jab I have had a headache.", "headache"),
    ("Since his jab he has had a fever.", "fever"),
    ("More tired than normal.", "tiredness"),
    ("I'm normally well but I have a headache.", "headache"),
    ("shouldve rung yesterday, chest pain all day", "chest_pain"),
    ("I can't take this chest pain any more.", "chest_pain"),
    ("not getting rid of this headache no matter what I take", "headache"),
    ("I'm no less breathless with the inhaler", "breathless"),
    ("My headache has not gone.", "headache"),
    ("I can't say I don't have a headache.", "headache"),
    ("My flatmate has a dreadful headache and hates the light.", "headache"),
]
NEGATED = [
    ("The knee pain is no longer there.", "knee_pain"),
    ("no chest pain", "chest_pain"),
    ("I don't have any chest pain", "chest_pain"),
    ("denies shortness of breath, chest pain or syncope", "chest_pain"),
    ("denies shortness of breath, chest pain or syncope", "breathless"),
    ("no cough, chest pain or fever", "chest_pain"),
    ("without chest pain", "chest_pain"),
    ("not suicidal", "suicidal"),
    ("she isn't having a fit", "seizure"),
    ("negative for chest pain", "chest_pain"),
    ("the doctor ruled out chest pain", "chest_pain"),
    ("She has not had a fever.", "fever"),
    ("I do not have chest pain.", "chest_pain"),
    ("He did not vomit.", "vomiting"),
    ("He has not had sudden hearing loss, headache, facial weakness or chest pain.", "headache"),
    ("Negative for weakness, speech trouble, stiff neck, jaw pain, pregnancy, head injury, vertigo", "vertigo"),
    ("No more tired than usual.", "tiredness"),
    ("A fever was not picked up.", "fever"),
    ("cough yes, runny nose yes, headache nope", "headache"),
    ("Sleeping badly. Palpitations? Never.", "palpitations"),
]
UNCERTAIN = [
    ("maybe chest pain", "chest_pain"),
    ("is it serious if my chest hurts", "chest_pain"),
    ("I think she is having a stroke", "stroke"),
    ("no chest pain, well a little", "chest_pain"),
    ("no chest pain, actually yes", "chest_pain"),
    ("Scaly elbows, GP unsure between eczema and psoriasis.", "psoriasis"),
]
PAST = [
    ("as a lad I had asthma", "asthma_known"),
    ("chest pain has resolved", "chest_pain"),
    ("had chest pain years ago", "chest_pain"),
    ("I had a seizure in 2016", "seizure"),
    ("chest pain last year", "chest_pain"),
    ("history of seizures", "seizure"),
    ("had a fit as a child", "seizure"),
    ("previous seizure", "seizure"),
    ("I don't get headaches any more.", "headache"),
    ("The headache was bad this morning. It has gone now.", "headache"),
    ("At nineteen I had a seizure. I am 47 now and happy.", "seizure"),
    ("I had a seizure at six, I'm 52 now.", "seizure"),
    ("I had palpitations when I was pregnant.", "palpitations"),
    ("I had palpitations, been well for 8 years.", "palpitations"),
    ("My wife had a blackout ten days ago, nothing since.", "passed_out"),
    ("Blackouts in his thirties, none for two decades.", "passed_out"),
    ("I went through depression after the divorce.", "low_mood"),
    ("He had eczema as a nipper.", "eczema"),
    ("She was a migraine sufferer until the menopause.", "migraine"),
]
HYPOTHETICAL = [
    ("Does asthma run in families?", "asthma_known"),
    ("What are the odds of me getting a rash?", "skin_rash"),
    ("if I get chest pain what should I do", "chest_pain"),
    ("what are the signs of a seizure", "seizure"),
    ("how do I know if I'm having a stroke", "stroke"),
    ("can stress cause chest pain", "chest_pain"),
    ("what does chest pain feel like", "chest_pain"),
    ("in case someone has a seizure", "seizure"),
    ("I am writing a story where a man has chest pain", "chest_pain"),
    ("what causes seizures", "seizure"),
    ("signs of seizures in babies", "seizure"),
    ("I'm terrified of having a seizure one day", "seizure"),
    ("I'd hate to get a headache on the flight.", "headache"),
    ("Please send me a checklist for sunstroke, I lead the scouts.", "heat_exhaustion"),
    ("Can healthy people get vertigo from a jump?", "vertigo"),
]
OTHER = [
    ("family history of seizures", "seizure"),
    ("Mum and both her sisters had seizures in their seventies", "seizure"),
    ("my grandfather died of a seizure", "seizure"),
    ("Depression is common on my mother's side and I am tired.", "low_mood"),
]
CASES = [
    (text, name, assertion)
    for assertion, cases in (
        (Assertion.PRESENT, PRESENT),
        (Assertion.NEGATED, NEGATED),
        (Assertion.UNCERTAIN, UNCERTAIN),
        (Assertion.PAST, PAST),
        (Assertion.HYPOTHETICAL, HYPOTHETICAL),
        (Assertion.OTHER, OTHER),
    )
    for text, name in cases
]


@pytest.mark.parametrize(("text", "name", "assertion"), CASES)
def test_a_sign_is_read_as_it_is_meant(reader: Reader, text: str, name: str, assertion: Assertion) -> None:
    found = {entity.by_rules for entity in reader.read(text).entities if entity.name == name}
    assert found == {assertion}
