"""Languages as translators of many tongues spell them.

Codes: M2M100 and T5 write `de`, mBART `de_DE`, NLLB the code of FLORES-200, `deu_Latn`.
"""

# Name, M2M100, mBART-50, NLLB.
_TONGUES = (
    ("Arabic", "ar", "ar_AR", "arb_Arab"),
    ("Chinese", "zh", "zh_CN", "zho_Hans"),
    ("Czech", "cs", "cs_CZ", "ces_Latn"),
    ("Dutch", "nl", "nl_XX", "nld_Latn"),
    ("English", "en", "en_XX", "eng_Latn"),
    ("Finnish", "fi", "fi_FI", "fin_Latn"),
    ("French", "fr", "fr_XX", "fra_Latn"),
    ("German", "de", "de_DE", "deu_Latn"),
    ("Hebrew", "he", "he_IL", "heb_Hebr"),
    ("Hindi", "hi", "hi_IN", "hin_Deva"),
    ("Indonesian", "id", "id_ID", "ind_Latn"),
    ("Italian", "it", "it_IT", "ita_Latn"),
    ("Japanese", "ja", "ja_XX", "jpn_Jpan"),
    ("Korean", "ko", "ko_KR", "kor_Hang"),
    ("Persian", "fa", "fa_IR", "pes_Arab"),
    ("Polish", "pl", "pl_PL", "pol_Latn"),
    ("Portuguese", "pt", "pt_XX", "por_Latn"),
    ("Romanian", "ro", "ro_RO", "ron_Latn"),
    ("Russian", "ru", "ru_RU", "rus_Cyrl"),
    ("Spanish", "es", "es_XX", "spa_Latn"),
    ("Swahili", "sw", "sw_KE", "swh_Latn"),
    ("Swedish", "sv", "sv_SE", "swe_Latn"),
    ("Turkish", "tr", "tr_TR", "tur_Latn"),
    ("Ukrainian", "uk", "uk_UA", "ukr_Cyrl"),
    ("Urdu", "ur", "ur_PK", "urd_Arab"),
    ("Vietnamese", "vi", "vi_VN", "vie_Latn"),
)
_COLUMN = {"m2m_100": 1, "mbart": 2, "nllb-moe": 3, "nllb": 3}


def tongues(model_type: str) -> tuple[tuple[str, str], ...]:
    """(code, name) for each language such a model is told about; () where it knows its own."""
    column = _COLUMN.get(model_type)
    return tuple((each[column], each[0]) for each in _TONGUES) if column else ()
