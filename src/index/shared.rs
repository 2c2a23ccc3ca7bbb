//! What names share with a query, and the most that they can score by it.
//!
//! A score is the mean of how much of each name is matched: m / (m + o), where m is the weight of what
//! is matched, each reduced by how alike it is, and o that of what is omitted, each reduced by its
//! factor (`name::compare`). What a term finds raises both at once by what it adds at most. A word
//! that is matched badly would count for less than one that is left out: then what is left of it by
//! omission is taken, so that more found never means less scored, and whatever the comparison pairs
//! of it is bounded.

use std::cell::RefCell;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::narrow;
use super::terms::Term;
use super::words::Near;
use crate::name::{INITIAL, ParsedName, Token, TokenKind, WORD_PENALTY, is_named, omission_factor};

/// The words of one view of a query and what they weigh, the heaviest first.
pub(super) struct Asked {
    words: Vec<Word>,
    /// What all words from each on add where they are matched; one more than there are words.
    tails: Vec<Share>,
    /// What no term shows, taken as matched, and the rest where all of it is omitted.
    without: Share,
    floor: f32,
}

/// A word of a query.
struct Word {
    /// Which token it is.
    token: usize,
    weight: f32,
    /// What it weighs more than where it is omitted; none for what is taken as matched anyway.
    gain: f32,
    /// Whether it contradicts a word of the other name that is left over as well.
    contradicts: bool,
}

/// Whether a token that nothing stands for is held against such a one of the other name: words that
/// terms can show. Places may be held against places instead.
fn may_contradict(token: &Token) -> bool {
    token.is_evidence() && token.is_word() && !matches!(token.kind, TokenKind::Place(_))
}

/// What the tokens of a name weigh, whichever of its views is meant.
#[derive(Debug, Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct Weighs {
    /// What terms can show, where all of it is omitted, at least.
    omitted: f32,
    /// The rest, at most.
    rest: f32,
    /// Words that may contradict, together, at least.
    words: f32,
    /// The lightest of them.
    lightest: f32,
}

impl Weighs {
    /// What those of a view weigh.
    pub fn of(name: &ParsedName, view: &[usize]) -> Weighs {
        let (mut omitted, mut rest, mut words, mut lightest) = (0.0, 0.0, 0.0, f64::MAX);
        for token in view.iter().map(|at| name.token(*at)) {
            if token.is_evidence() {
                omitted += token.weight * omission_factor(token, true);
            } else {
                rest += token.weight;
            }
            if may_contradict(token) {
                words += token.weight;
                lightest = lightest.min(token.weight);
            }
        }
        Weighs {
            omitted: narrow(omitted),
            rest: narrow(rest),
            words: narrow(words),
            lightest: narrow(lightest.min(1.0)),
        }
    }

    /// The bits of it: those of another differ unless it is the same.
    pub fn bits(self) -> [u32; 4] {
        zerocopy::transmute!(self)
    }

    /// What holds of either of two.
    pub fn bounds(self, other: Weighs) -> Weighs {
        Weighs {
            omitted: self.omitted.min(other.omitted),
            rest: self.rest.max(other.rest),
            words: self.words.min(other.words),
            lightest: self.lightest.min(other.lightest),
        }
    }
}

/// Of a name what is matched, and all that it weighs with what is omitted reduced.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    matched: f32,
    of: f32,
}

impl Share {
    fn plus(self, other: Share) -> Share {
        Share { matched: self.matched + other.matched, of: self.of + other.of }
    }

    fn ratio(self) -> f32 {
        (self.matched / self.of.max(f32::MIN_POSITIVE)).min(1.0)
    }
}

/// How a term counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// A word near a word: of those of one name the first counts, which adds most.
    Word,
    /// Whatever else: it counts beside words, so that the comparison may choose.
    Other,
}

/// The words of a query that a term is made of.
#[derive(Clone, Copy)]
pub(super) struct Bits {
    /// A bit each; those beyond the 63rd share the last.
    mask: u64,
    /// The heaviest of them.
    first: usize,
}

/// The bit of words beyond the 63rd.
const OTHERS: u64 = 1 << 63;

/// What is lost by sums in 32 bits is far less.
const ROUNDING: f32 = 1e-4;

/// A run of up to three words of a name, each of the greatest weight, 1, and of the greatest factor.
pub(super) const RUN_OF_WORDS: Near =
    Near { word: 0, similarity: 1.0, matched: 3.0, gain: 0.6, weight: 3.0 };

/// A word of the greatest weight and factor.
pub(super) const ONE_WORD: Near =
    Near { word: 0, similarity: 1.0, matched: 1.0, gain: 0.2, weight: 1.0 };

/// A letter of a person's name that stands for a word, or a word that stands for a letter.
pub(super) const INITIAL_OF: Near = Near {
    word: 0,
    similarity: narrow(INITIAL),
    matched: narrow(INITIAL),
    gain: 0.15,
    weight: 1.0,
};

impl Asked {
    /// One view of a query.
    pub fn new(name: &ParsedName, view: &[usize], floor: f64) -> Asked {
        let named = is_named(view.iter().map(|at| name.token(*at)));
        let mut words = Vec::with_capacity(view.len());
        let mut without = Share::default();
        for at in view {
            let token = name.token(*at);
            let weight = narrow(token.weight);
            let left = narrow(token.weight * omission_factor(token, named));
            if token.is_evidence() {
                without.of += left;
                let contradicts = may_contradict(token);
                words.push(Word { token: *at, weight, gain: weight - left, contradicts });
            } else {
                without = without.plus(Share { matched: weight, of: weight });
                words.push(Word { token: *at, weight: 0.0, gain: 0.0, contradicts: false });
            }
        }
        // The heaviest words are looked up first: a name that has none of them needs the others to
        // be enough by themselves. Words beyond the 63rd are taken as matched.
        words.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.token.cmp(&b.token)));
        for word in words.drain(words.len().min(63)..) {
            without = without.plus(Share { matched: word.weight, of: word.gain });
        }
        let mut tails = vec![Share::default()];
        for word in words.iter().rev() {
            let all = Share { matched: word.weight, of: word.gain };
            tails.push(tails[tails.len() - 1].plus(all));
        }
        tails.reverse();
        Asked { words, tails, without, floor: narrow(floor) - ROUNDING }
    }

    /// Terms, those of the heaviest words first; connectors only where there is nothing else.
    pub fn in_order<'n>(&self, terms: Vec<(Vec<usize>, Term<'n>)>) -> Vec<(Bits, Term<'n>)> {
        let any = self.words.iter().any(|word| word.weight > 0.0);
        let worth = |term: &Term| match term {
            Term::Word(word) => !(any && word.kind == TokenKind::Connector),
            _ => true,
        };
        let terms = terms.into_iter().filter(|(_, term)| worth(term));
        let mut ordered: Vec<(Bits, Term<'n>)> =
            terms.map(|(tokens, term)| (self.bits(&tokens), term)).collect();
        ordered.sort_by_key(|(bits, _)| bits.first);
        ordered
    }

    fn bits(&self, tokens: &[usize]) -> Bits {
        let place = |token: &usize| self.words.iter().position(|word| word.token == *token);
        let places = tokens.iter().map(|token| place(token).unwrap_or(63));
        let mask = places.clone().fold(0, |mask, place| mask | 1 << place);
        Bits { mask, first: places.min().unwrap_or(63) }
    }

    /// What words of a mask add where they are so much alike.
    fn of_words(&self, mask: u64, similarity: f32) -> Share {
        let words = self.words.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1);
        words.fold(Share::default(), |sum, (_, word)| {
            let matched = (word.weight * similarity).max(word.gain);
            sum.plus(Share { matched, of: word.gain })
        })
    }

    /// Of the words that nothing of a name stands for the heaviest that contradicts whatever the name
    /// has left over: what it weighs, and what it adds at least to all that the query weighs, since
    /// what contradicts is not reduced as what is omitted. A heavier word that was found may be left over in
    /// its stead.
    fn left_over(&self, touched: u64) -> Option<(f32, f32)> {
        let mut least = f32::MAX;
        for (at, word) in self.words.iter().enumerate().filter(|(_, word)| word.weight > 0.0) {
            least = least.min(word.gain);
            if word.contradicts && touched >> at & 1 == 0 {
                return Some((word.weight, least));
            }
        }
        None
    }

    /// Whether words that are so much alike, and all lighter ones, can be enough for a name of which
    /// all is matched.
    fn can_begin(&self, bits: Bits, own: Share) -> bool {
        let later = self.tails.get(bits.first + 1).copied().unwrap_or_default();
        0.5 + 0.5 * self.without.plus(own).plus(later).ratio() >= self.floor
    }
}

thread_local! {
    /// What names share with a query, kept from query to query: cleared by what was found.
    static FOUND: RefCell<Found> = RefCell::default();
}

/// The names that share something with a query.
#[derive(Default)]
pub(super) struct Found {
    /// Where each name stands among the shared, counted from 1; 0 for names that share nothing.
    places: Vec<u32>,
    shared: Vec<Shared>,
}

/// What a name shares with a query.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    name: u32,
    mask: u64,
    /// The words of the query that anything of the name may stand for.
    touched: u64,
    query: Share,
    own: Share,
    /// What those of the name weigh that anything of the query may stand for, at most.
    covered: f32,
}

/// Looks a query up among so many names.
pub(super) fn searched(asked: &Asked, names: usize, look_up: impl FnOnce(&Asked, &mut Found)) {
    FOUND.with_borrow_mut(|found| {
        // A search that came upon a damaged file ended in its midst.
        found.forget();
        if found.places.len() < names {
            found.places.resize(names, 0);
        }
        look_up(asked, found);
    });
}

impl Found {
    fn forget(&mut self) {
        for one in self.shared.drain(..) {
            self.places[one.name as usize] = 0;
        }
    }

    /// Notes that names share the words of a term by something near them; a name that shares nothing
    /// yet is only begun where these words and lighter ones can be enough. O(names), or fewer where
    /// few share something yet.
    pub fn by(&mut self, asked: &Asked, names: &[u32], bits: Bits, near: &Near, route: Route) {
        let query = asked.of_words(bits.mask, near.similarity);
        let own = Share { matched: near.matched, of: near.gain };
        let add = |shared: &mut Shared| {
            let new = bits.mask & !shared.mask;
            if route == Route::Other || new == bits.mask {
                shared.query = shared.query.plus(query);
                shared.own = shared.own.plus(own);
            }
            if route == Route::Word {
                shared.mask |= bits.mask & !OTHERS;
            }
            shared.touched |= bits.mask;
            shared.covered += near.weight;
        };
        if asked.can_begin(bits, query) {
            for name in names {
                let place = &mut self.places[*name as usize];
                if *place == 0 {
                    self.shared.push(Shared { name: *name, ..Shared::default() });
                    *place = u32::try_from(self.shared.len()).expect("names have 32 bits");
                }
                add(&mut self.shared[*place as usize - 1]);
            }
        } else if self.shared.len() * SEEK < names.len() {
            let known = self.shared.iter_mut();
            known.filter(|shared| names.binary_search(&shared.name).is_ok()).for_each(add);
        } else {
            for name in names {
                if let Some(at) = self.places[*name as usize].checked_sub(1) {
                    add(&mut self.shared[at as usize]);
                }
            }
        }
    }

    /// Moves the names that share enough to `numbers`, and forgets all.
    ///
    /// Where words of both are left over for sure, two of them contradict each other: that costs a penalty,
    /// and neither is reduced as what is omitted.
    pub fn enough(
        &mut self,
        asked: &Asked,
        weighs: impl Fn(usize) -> Weighs,
        numbers: &mut Vec<u32>,
    ) {
        for one in &self.shared {
            let mut query = one.query.plus(asked.without);
            // Most share too little even if all of the name were matched.
            if 0.5 * (query.ratio() + 1.0) < asked.floor {
                continue;
            }
            let weighs = weighs(one.name as usize);
            let own =
                one.own.plus(Share { matched: weighs.rest, of: weighs.rest + weighs.omitted });
            if 0.5 * (query.ratio() + own.ratio()) < asked.floor {
                continue;
            }
            let mut penalty = 0.0;
            if weighs.words - one.covered > ROUNDING
                && let Some((weight, gain)) = asked.left_over(one.touched)
            {
                query.of += gain;
                penalty = narrow(WORD_PENALTY) * weight.min(weighs.lightest);
            }
            if 0.5 * (query.ratio() + own.ratio()) - penalty >= asked.floor {
                numbers.push(one.name);
            }
        }
        self.forget();
    }
}

/// A search by halves costs as much as so many steps through a list.
const SEEK: usize = 16;
