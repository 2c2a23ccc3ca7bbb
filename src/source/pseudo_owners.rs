//! Words that stand in a column of owners and name nobody: the public, others, nobody known, the company itself.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Whom an owner's name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// Whoever bears it.
    Itself,
    /// A third party that nobody names, another one in every row.
    Unnamed,
    /// The issuer, which holds its own shares.
    Treasury,
}

/// Names of nobody, in small letters without signs: from the registers of Indonesia and Germany at hand, and what
/// vendors write in English, French, Spanish, Portuguese, Italian, Dutch, Russian, Korean, Japanese and Chinese.
const UNNAMED: &[&str] = &[
    "",
    "0",
    "na",
    "n a",
    "none",
    "nil",
    "null",
    "unknown",
    "unknown shareholder",
    "unknown shareholders",
    "unknown owner",
    "unknown owners",
    "not known",
    "not disclosed",
    "undisclosed",
    // What this program calls them, which it reads again.
    "super secure person",
    "not named",
    "unknown person",
    "anonymous person",
    "unknown entity",
    "anonymous entity",
    "not available",
    "not applicable",
    "unspecified",
    "unidentified",
    "unnamed",
    "anonymous",
    "various",
    "various shareholders",
    "individuals",
    "private individuals",
    "natural persons",
    "public",
    "the public",
    "general public",
    "public shareholders",
    "public float",
    "free float",
    "freefloat",
    "float",
    "other",
    "others",
    "other shareholders",
    "other shareholder",
    "other owners",
    "other holders",
    "other investors",
    "minority shareholders",
    "minority interest",
    "minorities",
    "remaining shareholders",
    "rest",
    "employees",
    "management",
    "shareholders",
    "investors",
    "institutional investors",
    "retail investors",
    // Indonesian
    "publik",
    "masyarakat",
    "masyarakat umum",
    "masyarakat lainnya",
    "masyarakat lain",
    "masyarakat 5",
    "masyarakat masing masing dibawah 5",
    "masyarakat masing masing di bawah 5",
    "masyarakat dibawah 5",
    "masyarakat di bawah 5",
    "masyarakat kurang dari 5",
    "masyarakat pemodal nasional",
    "masyarakat pemodal asing",
    "masyarakat nasional",
    "masyarakat asing",
    "publik masyarakat",
    "pemodal nasional",
    "pemodal asing",
    "pemodal publik",
    "pemodal lainnya",
    "investor publik",
    "nasional",
    "asing",
    "tidak ada",
    "lainnya",
    "lain lain",
    "pemegang saham lainnya",
    "pemegang saham lain",
    "pemegang saham publik",
    "umum",
    "saham publik",
    "masyarakat publik",
    "publik lainnya",
    "tidak diketahui",
    "pemegang saham masyarakat",
    "karyawan",
    // German
    "streubesitz",
    "sonstige",
    "sonstige gesellschafter",
    "übrige",
    "übrige gesellschafter",
    "andere",
    "unbekannt",
    "weitere gesellschafter",
    "weitere aktionäre",
    "andere aktionäre",
    "übrige aktionäre",
    "andere gesellschafter",
    "diverse",
    "publikum",
    "k a",
    "keine angabe",
    "sonstige aktionäre",
    "freie aktionäre",
    // French, Spanish, Portuguese, Italian, Dutch
    "public flottant",
    "flottant",
    "autres",
    "autres actionnaires",
    "inconnu",
    "otros",
    "otros accionistas",
    "público",
    "desconocido",
    "outros",
    "outros acionistas",
    "desconhecido",
    "mercado",
    "altri",
    "altri azionisti",
    "mercato",
    "sconosciuto",
    "flottante",
    "overige",
    "overige aandeelhouders",
    "onbekend",
    "publiek",
    // Russian
    "прочие",
    "прочие акционеры",
    "иные",
    "иные лица",
    "неизвестно",
    "физические лица",
    "другие",
    // Korean, Japanese, Chinese
    "기타",
    "기타주주",
    "기타 주주",
    "소액주주",
    "일반주주",
    "その他",
    "その他株主",
    "一般株主",
    "不明",
    "其他",
    "其他股东",
    "公众股东",
    "公众",
    "社会公众股",
    "其他股東",
    "公眾",
    "公眾股東",
    "未知",
];

/// Names of the issuer itself.
const TREASURY: &[&str] = &[
    "treasury",
    "treasury shares",
    "treasury stock",
    "own shares",
    "company own shares",
    "self",
    "self held",
    "self owned",
    "saham treasury",
    "saham treasuri",
    "saham tresuri",
    "treasuri",
    "saham diperoleh kembali",
    "eigene anteile",
    "eigene aktien",
    "eigenbesitz",
    "actions propres",
    "autocontrôle",
    "auto contrôle",
    "autodétention",
    "autocartera",
    "acciones propias",
    "ações em tesouraria",
    "tesouraria",
    "azioni proprie",
    "eigen aandelen",
    "казначейские акции",
    "자사주",
    "자기주식",
    "自己株式",
    "自己株",
    "库存股",
    "庫存股",
];

/// Whom a name stands for. A name that says anything besides is a name. O(length).
pub(super) fn stands_for(name: &str) -> Stands {
    // Most names are longer than any of these words.
    if name.len() > LONGEST {
        return Stands::Itself;
    }
    let signs = |c: char| if c.is_alphanumeric() { c } else { ' ' };
    let plain: String = name.to_lowercase().chars().map(signs).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    WORDS.get(&*plain).copied().unwrap_or(Stands::Itself)
}

static WORDS: LazyLock<FxHashMap<&str, Stands>> = LazyLock::new(|| {
    let unnamed = UNNAMED.iter().map(|word| (*word, Stands::Unnamed));
    unnamed.chain(TREASURY.iter().map(|word| (*word, Stands::Treasury))).collect()
});

/// Bytes of the longest of these words, with signs around it.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nobody_are_nobody_and_names_are_names() {
        for word in UNNAMED.iter().chain(TREASURY) {
            assert_ne!(stands_for(word), Stands::Itself, "{word}");
            assert_ne!(
                stands_for(&format!("({}) ", word.to_uppercase())),
                Stands::Itself,
                "{word}"
            );
            assert!(word.len() + 3 <= LONGEST, "{word}");
        }
        for name in [
            "Public Bank Berhad",
            "Others Ltd",
            "Publik Kft",
            "PT Masyarakat",
            "Treasury Wine Estates",
            "O",
        ] {
            assert_eq!(stands_for(name), Stands::Itself, "{name}");
        }
        assert_eq!(stands_for("-"), Stands::Unnamed);
        assert_eq!(stands_for("N/A"), Stands::Unnamed);
        assert_eq!(stands_for("Saham Treasury"), Stands::Treasury);
    }
}
