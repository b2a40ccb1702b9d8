"""Pairs of patients as two hospitals write them, with what comparing them must come to.

A record is name, birth date, sex and number, ``@`` its issuer; ``-`` is an empty value. Bits are without term frequency
and with a prior of -20.
"""

CHAN = "CHAN^TAI MAN|19610403|M|"
BEST = "CHAN^TAI MAN|19610403|M|A123456(3)"
KA_YAN = "LEE^KA YAN|19900505|F|"

PAIRS = {
    1: (BEST, CHAN + "A1234563", "id_strong_exact lat_exact dob_exact sex_exact", 29, "same"),
    2: (BEST, "Chan, Tai-man|19610403|M|A123456", "id_strong_nocheck lat_exact dob_exact sex_exact", 27, "same"),
    3: (BEST, "TAI MAN CHAN|19610403|-|a123456 (3)", "id_strong_exact lat_reorder dob_exact sex_null", 27, "same"),
    4: (
        CHAN + "0012345@PMH",
        "CHAN^TAIMAN|19610403|M|12345@PMH",
        "id_issuer_exact lat_reorder dob_exact sex_exact",
        27,
        "same",
    ),
    5: (
        CHAN + "0012345@PMH",
        "CHAN^TAIMAN|19610403|M|0012345@QEH",
        "id_null lat_reorder dob_exact sex_exact",
        8,
        "possible",
    ),
    6: (
        "CHAN^TAI MAN^PETER|19610403|M|HN88001",
        CHAN + "QE55123",
        "id_null lat_subset dob_exact sex_exact",
        5,
        "possible",
    ),
    7: (CHAN + "HN88001", "Peter CHAN Tai-man|19610403|M|-", "id_null lat_subset dob_exact sex_exact", 5, "possible"),
    8: (BEST, "CHEN^DAWEN|19610403|M|SZ00912", "id_null rom_cross dob_exact sex_exact", 5, "possible"),
    10: (
        "CHAN^TAI MAN=陳^大文|19610403|M|X1",
        "陈大文|19610403|M|X2",
        "id_null han_exact dob_exact sex_exact",
        11,
        "probable",
    ),
    11: (
        "WONG^SIU MING|19550101|F|M1",
        "HUANG^XIAOMING|19550612|F|M2",
        "id_null rom_cross dob_year sex_exact",
        -6,
        "different",
    ),
    13: (
        "CHAN^TAI MAN=陳^大文|19610403|M|-",
        "CHAN^TAI MAN=陳^泰民|19610403|M|-",
        "id_null han_conflict dob_exact sex_exact",
        -7,
        "different",
    ),
    15: (BEST, CHAN + "A123465(3)", "id_strong_typo lat_exact dob_exact sex_exact", 17, "probable"),
    16: (BEST, CHAN + "B123456(6)", "id_strong_conflict lat_exact dob_exact sex_exact", 0, "conflict"),
    17: (BEST, "LEE^MEI LING|19700705|F|A123456(3)", "id_strong_exact diff dob_diff sex_diff", -21, "conflict"),
    18: (BEST, "CHAN^TAI MAN|19610403|F|A123456(3)", "id_strong_exact lat_exact dob_exact sex_diff", 22, "probable"),
    20: (KA_YAN + "P1", "LEE^KA YAN|19910505|F|P2", "id_null lat_exact dob_near sex_exact", -1, "different"),
    21: (
        "LEE^KA YAN|19900512|F|P1",
        "LEE^KA YAN|19901205|F|P2",
        "id_null lat_exact dob_swap sex_exact",
        1,
        "possible",
    ),
    22: (KA_YAN + "P1", "LEE^KA YEE|19900505|F|P2", "id_null family_only dob_exact sex_exact", -8, "different"),
    23: (
        KA_YAN + "R123456(A)",
        "LEE^KA YEE|19900505|F|R123457(8)",
        "id_strong_conflict family_only dob_exact sex_exact",
        -17,
        "different",
    ),
    25: (
        "HUI^CHI FUNG|19820630|M|-",
        "XU^ZHIFENG|19820630|M|-",
        "id_null rom_cross dob_exact sex_exact",
        5,
        "possible",
    ),
    26: (
        "AU YEUNG^CHUN|19480000|M|C1",
        "AUYEUNG^CHUN|19480101|M|C2",
        "id_null lat_reorder dob_year sex_exact",
        -3,
        "different",
    ),
    28: (
        "CHAN WONG^TAI MUI|19350101|F|-",
        "WONG^TAI MUI|19350101|F|-",
        "id_null lat_subset dob_exact_default sex_exact",
        0,
        "possible",
    ),
    29: (
        "BABY OF CHAN SIU LING|20250301|M|N1",
        "CHAN^HO YIN|20250301|M|N2",
        "id_null null dob_exact sex_exact",
        -5,
        "different",
    ),
    30: (
        "BB CHAN SIU LING|20250301|M|888123@TMH",
        "CHAN^HO YIN|20250301|M|888123@TMH",
        "id_issuer_exact null dob_exact sex_exact",
        14,
        "same",
    ),
    31: (
        "UNKNOWN MALE A|19000101|M|UNKNOWN",
        "UNKNOWN MALE A|19000101|M|UNKNOWN",
        "id_null null dob_year sex_exact",
        -16,
        "different",
    ),
    32: (
        "CHAN^T M|19610403|M|A123456(3)",
        BEST,
        "id_strong_exact lat_initials dob_exact sex_exact",
        20,
        "same",
    ),
    34: (
        "SMITH^JOHN|19610403|M|L1",
        "JOHN^SMITH|19610304|M|L2",
        "id_null lat_reorder dob_swap sex_exact",
        0,
        "possible",
    ),
    35: (
        "SINGH^GURPREET|19790101|M|L1",
        "KAUR^GURPREET|19790101|F|L2",
        "id_null diff dob_exact_default sex_diff",
        -24,
        "different",
    ),
    37: (
        "CHAN^TAI MAN=??^????|19610403|M|A123456(3)",
        "CHAN^TAI MAN=陳^大文|19610403|M|A123456(3)",
        "id_strong_exact lat_exact dob_exact sex_exact",
        29,
        "same",
    ),
    38: (
        "CHAN^TAI MAN=³¯^¤j¤å|19610403|M|A123456(3)",
        "陳大文|19610403|M|A123456(3)",
        "id_strong_exact han_exact dob_exact sex_exact",
        31,
        "same",
    ),
    40: (BEST, "CHAN^TAI MAN|20610403|M|A123456(3)", "id_strong_exact lat_exact dob_near sex_exact", 19, "same"),
    41: (
        "LAM^WAI|19500101|F|-",
        "LAM^WAI|19500101|F|-",
        "id_null lat_exact dob_exact_default sex_exact",
        4,
        "possible",
    ),
}
