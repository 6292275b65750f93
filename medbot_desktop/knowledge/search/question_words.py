"""The words by which a question is told from a story, and what it is about from what surrounds it."""

from __future__ import annotations

import re

from medbot_desktop.text import stem


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, text.split()))


SUBJECTS = _stems(
    """abscess acid acne addiction adhd adrenaline alcohol allergic allergy allopurinol amoxicillin anaphylactic
    anaphylaxis aneurysm angina antacids antibiotic anticoagulant antidepressant antihistamine anxiety anxious
    apixaban appendix arrhythmia aspirin asthma athlete attack aura autism backache bacterial banged battery
    bellyache bipolar bite bitten blackheads blackout bleed blind blister bloated blood blurred blurry boils boobs
    bppv breastfeed breastfeeding breath breathless bronchiolitis bruise bug bulimia bumped bunged bunion burn burnt
    burping calpol cancer cataract catarrh cellulitis cervical chafing chestfeeding chesty chickenpox chills
    chlamydia choke cholesterol cigarettes clot coeliac coil cold colic coma concussion condition condom confused
    congested constipated contagious contraception convulsion copd coronavirus cough covid cpr cramp cravings cries
    croup crusty cut cyst dandruff deaf defibrillator dehydrated delirium dementia dental depressed diabetes
    diagnosed diagnosis diarrhea diarrhoea discharge disease disorder dizziness dribbling drowsy dvt earache earwax
    eczema eggs ejaculation electrocuted embolism emphysema epilepsy epileptic erection erupt eyesight faint fatigue
    febrile feed fever fibroids fit flaky flare flashes floaters flu flush fluttering fracture fungal fungus fuzzy
    gallstones gastric gastroenteritis genital gerd giddy glandular gonorrhoea gord gout graze gums haemoglobin
    haemorrhoids hayfever hba1c headache heal heartbeat heartburn heatstroke hemorrhoids hernia herpes hiv hives
    hoarse hopeless hormone hrt hurt hypertension hyperventilating ibs ibuprofen ill immunisation impetigo implant
    impotence incontinence indigestion infected inflamed influenza inhaler insomnia insulin iron itch itchy jaundice
    kill latch laxative leaking lesion levothyroxine lice lightheaded limp lump lupus lyme malaria mastitis measles
    melatonin meningitis menopause menstrual metformin midges migraine miscarriage mmr mole mosquito mucus mumps
    murmur naloxone nappy nausea nauseous nicotine nits norovirus nosebleed numb nurofen obese omeprazole overactive
    overdose overweight overwhelmed oxygen pain painkiller pale palpitations panic paracetamol paralysed passed pee
    peeling period phlegm piles pimples pneumonia poison pollen poo poorly pox pregnancy pregnant pressure prostate
    psoriasis puffing puffy puking pulse pus rabies rash reaction recovery reflux resuscitation ringworm rsv rubella
    runny salmonella scab scabies scald scalp scaly scar sciatica seizure sepsis sertraline sex shaking shingles
    shivering shivery sick sildenafil sinus sleep sleepless smear smoke sneezing snore snot snotty sore spasm sperm
    spinning splinter spots sprain statin std sti stiff sting stitches stone stool strain strep stress stroke stung
    sugar suicidal sunburn sunstroke swallow sweating sweaty swell swollen symptoms syncope syndrome syphilis
    temperature tetanus throbbing throwing thrush thyroid thyroxine tia tick tingling tired tiredness tobacco
    toothache tremble tremor twisted ulcer unconscious underactive unprotected unwell urinary urine uti
    vaccinated vape vertigo viagra virus vision vitamin vomit warfarin warts wasp wee weepy weight wheeze wheezy
    withdrawal worms worthless wound yeast zits"""
)
"""Stems of complaints, conditions and medicines: what a question can be about."""

PLACES = _stems(
    """abdomen abdominal ankle anus arm armpit bedwetting belly bladder body bone bottom bowel brain breast bum buttock
    calf cheek chest chin ear elbow eye eyelid face feet finger foot forehead groin gum hair hand head heart heel
    hip jaw joint kidney knee leg lip liver lung mouth muscle nail neck nerve nipple nose pelvis penis rib shin
    shoulder skin spine stomach teeth testicle thigh throat thumb toe toenail tongue tonsils tooth tummy vagina vein
    womb wrist"""
)
"""Stems of the places of a body, which alone tell less."""

TREATMENTS = _stems(
    """antibiotic antihistamine appointment bandage cream cure dose drops gel injection jab medication medicine
    ointment operation painkiller patch pill plaster prescription remedy scan spray steroid surgery syrup tablet
    test therapy treat treatment vaccine x-ray xray"""
)
"""Stems of what is done about a complaint: a question with no more than these speaks of a complaint named elsewhere."""

_MEDICAL_ENDING = re.compile(
    r"(?:itis|osis|a?emia|algia|ectomy|oscopy|opathy|plegia|rrho?ea|rrhage|o?edema|uria|pno?ea|penia|iasis|oma|cillin|mycin"
    r"|azole|statin|sartan|pril|olol|dipine|triptan|profen|oxacin|cycline|ovir|mab|tidine|zepam|zolam|gliptin|gliflozin"
    r"|glutide|xaban|parin|caine|codone|codeine|sone|olone|etine|aline)s?$"
)
_ENDING_FROM = 7
"""Letters from which an ending tells: "soma" is no illness, "lymphoma" is one."""

_ABBREVIATION = re.compile(r"(?=[^A-Z]*[A-Z][^A-Z]*[A-Z])[A-Za-z0-9]{2,6}$|[A-Za-z]\d{1,2}$")
_NO_ABBREVIATION = frozenset("OK TV UK US USA GP GPS BBC MOT PE TT NHS AA PC IT DIY DVD CD PS ID AM PM".split())


def is_subject(word: str) -> bool:
    """Whether a word as it was typed, capitals and all, names a complaint, a condition or a medicine."""
    lower = word.lower()
    return (
        stem(lower) in SUBJECTS
        or (len(lower) >= _ENDING_FROM and _MEDICAL_ENDING.search(lower) is not None)
        or (_ABBREVIATION.match(word) is not None and word not in _NO_ABBREVIATION)
    )


def is_place(word: str) -> bool:
    """Whether a word names a place of the body."""
    return stem(word.lower()) in PLACES


def is_treatment(word: str) -> bool:
    """Whether a word names what is done about a complaint in general."""
    return stem(word.lower()) in TREATMENTS
