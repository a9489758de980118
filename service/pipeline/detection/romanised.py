"""Greek, Hindi, Urdu, Russian, Ukrainian, Bulgarian and Arabic in Latin letters, which engines take for others.

No engine has learned them. Their commonest small words give them away: pronouns, particles, question words, forms
of "to be" and "to have". Words that are also words of a language in Latin script stand here only where that
language would not show several of them at once.
"""

import re

_WORDS = re.compile(r"[\w']+")
_SMALL_WORDS = {
    "el": "kai den einai mou sou mas sas pou pos giati gia tin ton sto sti stin ston exo exw exei thelo thelw "
          "kalimera kalispera geia paraggelia paragelia akoma akomi omos alla poso pote irthe mporo mporw "
          "boreite mporeite parakalo efxaristo euxaristo xreiazomai eimai thn ths tis apo",
    "hi": "hai hain nahi nahin mera meri mere mujhe mujhko aap apka aapka kya kyu kyun kab kahan kaise kar "
          "karo karna raha rahi hua hui gaya gayi abhi tak bhi bahut kripya chahiye wapas paise bhai bhaiya "
          "yeh ye woh wala wali liye diya mila milega hoga ho se ko ka ki",
    "ru": "zdravstvuyte zdravstvuite privet gde kogda pochemu moy moya moi menya mne vas vam ya ne eto kak "
          "chto dlya yest' mozhno nuzhno pozhaluysta pozhalujsta spasibo zakaz dengi den'gi prishel prishla "
          "prishlo poluchil poluchila vernut' vernut uzhe yeshche eshche esche ochen' ochen budet skolko",
    "uk": "dobryy dobryi den' bud' laska dyakuyu diakuiu koly moye moie zamovlennya zamovlennia meni vas "
          "shcho tse chomu mozhna",
    "bg": "zdraveite zdravejte koga moga mojete mozhete molya blagodarya parite poruchka poruchkata poru4ka "
          "ne6to za6to kakvo oshte o6te shte 6te mi moqta moyata sum sym nqma nyama raboti i si sa",
    "ar": "ana enta enti 3ayez 3ayz 3awez 3ala 3an 3andi el al fein feen fen emta ezay leh leih meen mish "
          "mesh msh ya da di dah deh law lesa lissa 3ashan 3shan ma3 men b2a 7aga kol bas bta3 bta3i wala "
          "ana2 shukran salam momken mumkin ya3ni",
}  # fmt: skip
_TELLING = {code: frozenset(words.split()) for code, words in _SMALL_WORDS.items()}
_SHARE = 0.4  # of a message's words
_FEWEST = 2


def is_romanised(text: str) -> bool:
    """Whether a text in Latin letters is in a language of another script."""
    words = _WORDS.findall(text.lower())
    found = max(sum(word in telling for word in words) for telling in _TELLING.values())
    return found >= max(_FEWEST, _SHARE * len(words))
