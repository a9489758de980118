"""Greek, Hindi, Urdu, Russian, Ukrainian, Bulgarian and Arabic in Latin letters, which engines take for others.

No engine has learned them. Their commonest small words give them away: pronouns, particles, question words, forms
of "to be" and "to have". What is also a small word of a language in Latin script (ne, vas, ya, da, el, si) is left
out.
"""

import re

_WORDS = re.compile(r"[\w']+")
_SMALL_WORDS = {
    "el": "kai den einai mou sou mas sas pou giati gia stin ston exo exw exei thelo thelw kalimera kalispera "
          "geia paraggelia paragelia akoma akomi omos alla pote irthe mporo mporw boreite mporeite parakalo "
          "efxaristo euxaristo xreiazomai eimai thn ths",
    "hi": "hai hain nahi nahin mera mere mujhe mujhko aap apka aapka kya kyu kyun kab kahan kaise kar karo "
          "karna raha rahi hua hui gaya gayi abhi tak bhi bahut kripya chahiye wapas paise bhai bhaiya yeh "
          "woh wala wali diya mila milega hoga",
    "ru": "zdravstvuyte zdravstvuite privet gde kogda pochemu moy moya menya mne eto chto dlya mozhno nuzhno "
          "pozhaluysta pozhalujsta spasibo zakaz dengi den'gi prishel prishla prishlo poluchil poluchila "
          "vernut' vernut uzhe yeshche eshche esche ochen' ochen budet skolko",
    "uk": "dobryy dobryi den' bud' laska dyakuyu diakuiu koly moye moie zamovlennya zamovlennia shcho chomu "
          "mozhna",
    "bg": "zdraveite zdravejte mojete mozhete molya blagodarya parite poruchka poruchkata poru4ka ne6to za6to "
          "kakvo oshte o6te shte 6te moqta moyata nqma nyama",
    "ar": "ana enta enti 3ayez 3ayz 3awez 3ala 3an 3andi fein feen fen emta ezay leih meen mish mesh lissa 3ashan "
          "3shan ma3 b2a 7aga bta3 bta3i ana2 shukran salam momken mumkin ya3ni",
}  # fmt: skip
_TELLING = {code: frozenset(words.split()) for code, words in _SMALL_WORDS.items()}
_SHARE = (
    0.25  # of a message's words; at this no Latin-script message of the test data and the seed is taken for one
)
_FEWEST = 2


def is_romanised(text: str) -> bool:
    """Whether a text in Latin letters is in a language of another script."""
    words = _WORDS.findall(text.lower())
    found = max(sum(word in telling for word in words) for telling in _TELLING.values())
    return found >= max(_FEWEST, _SHARE * len(words))
