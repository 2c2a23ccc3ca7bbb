//! Which mentions are one entity, worked out again from the records: a second reading of the rules
//! by which `link` joins, mention by mention, that shares no code with it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::column::TextId;
use crate::model::{Countries, EntityKind, Identifiers};
use crate::name::{self, NameKeys};
use crate::source::{MentionId, Records};

/// What a mention says.
struct Said {
    keys: NameKeys,
    natives: Vec<String>,
    countries: Countries,
    identifiers: Identifiers,
    person: Option<bool>,
}

/// The entities of mentions: each is named by its first mention.
pub(super) struct Joins {
    said: Vec<Said>,
    entity: Vec<MentionId>,
    /// Pairs of mentions that a person holds to be the same.
    decided: FxHashSet<(MentionId, MentionId)>,
}

/// Names that share a key with more others than this are joined only where they lack nothing.
const LARGEST: usize = 200;

impl Joins {
    pub fn new(records: &Records) -> Joins {
        let said: Vec<Said> = records.mentions.iter().map(|one| said(records, one)).collect();
        let mut work = Work::new(said);
        work.decide(records);
        let by = |work: &Work, key: &dyn Fn(&Said) -> Vec<String>| -> Vec<Vec<MentionId>> {
            let mut buckets: FxHashMap<String, Vec<MentionId>> = FxHashMap::default();
            for (mention, said) in (0..).zip(&work.said) {
                for key in key(said) {
                    buckets.entry(key).or_default().push(mention);
                }
            }
            let mut buckets: Vec<Vec<MentionId>> =
                buckets.into_values().filter(|bucket| bucket.len() > 1).collect();
            buckets.sort_unstable();
            buckets
        };
        for bucket in by(&work, &|said| said.identifiers.all().to_vec()) {
            work.bucket(&bucket, false, |_, _| true);
        }
        for bucket in by(&work, &|said| said.natives.clone()) {
            work.bucket(&bucket, true, |_, _| true);
        }
        for bucket in by(&work, &|said| vec![said.keys.exact.clone()]) {
            work.bucket(&bucket, true, |a, b| {
                a.keys.form == b.keys.form || a.keys.form.is_empty() || b.keys.form.is_empty()
            });
        }
        work.done()
    }

    /// The entity of a mention.
    pub fn entity(&self, mention: MentionId) -> MentionId {
        self.entity[mention as usize]
    }

    /// The countries of an entity, as its mentions say them.
    pub fn countries(&self, entity: MentionId) -> Countries {
        let own = (0..).zip(&self.said).filter(|(mention, _)| self.entity(*mention) == entity);
        own.fold(Countries::default(), |all, (_, said)| all.with(&said.countries))
    }

    /// The stable key of an entity that is shown by a name: its best identifier, else a digest of name
    /// and country.
    pub fn key(&self, entity: MentionId, name: &str) -> String {
        let own = || (0..).zip(&self.said).filter(|(mention, _)| self.entity(*mention) == entity);
        let identifiers =
            own().fold(Identifiers::default(), |all, (_, said)| all.with(&said.identifiers));
        if let Some(best) = identifiers.best() {
            return best.to_owned();
        }
        let person = own().any(|(_, said)| said.person == Some(true));
        let person = if person { "|person" } else { "" };
        let key = format!("{}|{}{person}", name::fold(name), self.countries(entity));
        format!("name:{}", &blake3::hash(key.as_bytes()).to_hex()[..16])
    }

    /// By what a mention was joined to another one of its entity: the strongest way that shows.
    pub fn joined_by(&self, mention: MentionId) -> &'static str {
        let own = &self.said[mention as usize];
        let others = (0..).zip(&self.said).filter(|(other, said)| {
            self.entity(*other) == self.entity(mention) && !equal(own, said)
        });
        let others: Vec<(MentionId, &Said)> = others.collect();
        let decided = (0..)
            .take(self.said.len())
            .any(|other| self.decided.contains(&(mention.min(other), mention.max(other))));
        if decided {
            "links.csv"
        } else if others.iter().any(|(_, other)| own.identifiers.meet(&other.identifiers)) {
            "identifier"
        } else if others
            .iter()
            .any(|(_, other)| own.natives.iter().any(|native| other.natives.contains(native)))
        {
            "native"
        } else {
            "name"
        }
    }
}

fn said(records: &Records, mention: &crate::source::Mention) -> Said {
    let text = |id| records.texts.get(id);
    let keys = name::keys(text(mention.name));
    let mut natives = Vec::new();
    if keys.is_native {
        natives.push(keys.native.clone());
    }
    if mention.native != TextId::EMPTY {
        natives.push(name::keys(text(mention.native)).native);
    }
    Said {
        keys,
        natives,
        countries: Countries::parse(text(mention.countries)).unwrap_or_default(),
        identifiers: Identifiers::parse(text(mention.identifiers)),
        person: match mention.kind() {
            EntityKind::Unknown | EntityKind::Other => None,
            kind => Some(kind == EntityKind::Person),
        },
    }
}

/// Whether two mentions say the same in everything that joining looks at but the native name.
fn equal(a: &Said, b: &Said) -> bool {
    (&a.keys.exact, &a.keys.form, &a.countries, &a.identifiers, a.person)
        == (&b.keys.exact, &b.keys.form, &b.countries, &b.identifiers, b.person)
}

struct Work {
    said: Vec<Said>,
    entity: Vec<MentionId>,
    members: FxHashMap<MentionId, Vec<MentionId>>,
    different: FxHashSet<(MentionId, MentionId)>,
    decided: FxHashSet<(MentionId, MentionId)>,
}

impl Work {
    fn new(said: Vec<Said>) -> Work {
        let count = MentionId::try_from(said.len()).expect("32-bit mentions");
        let mut work = Work {
            said,
            entity: (0..count).collect(),
            members: FxHashMap::default(),
            different: FxHashSet::default(),
            decided: FxHashSet::default(),
        };
        // Mentions that say the same are one to begin with.
        let mut first: FxHashMap<String, MentionId> = FxHashMap::default();
        for mention in 0..count {
            let one = &work.said[mention as usize];
            let key = format!(
                "{}|{}|{}|{}|{:?}",
                one.keys.exact, one.keys.form, one.countries, one.identifiers, one.person
            );
            let known = *first.entry(key).or_insert(mention);
            work.unite(known, mention);
        }
        work
    }

    fn members(&self, entity: MentionId) -> Vec<MentionId> {
        self.members.get(&entity).cloned().unwrap_or_else(|| vec![entity])
    }

    fn unite(&mut self, a: MentionId, b: MentionId) {
        let (a, b) = (self.entity[a as usize], self.entity[b as usize]);
        if a == b {
            return;
        }
        let (into, from) = (a.min(b), a.max(b));
        let mut moved = self.members(from);
        moved.iter().for_each(|mention| self.entity[*mention as usize] = into);
        self.members.remove(&from);
        self.members.entry(into).or_insert_with(|| vec![into]).append(&mut moved);
    }

    /// Whether something speaks against two mentions' being one.
    fn against(&self, a: MentionId, b: MentionId, by_name: bool) -> bool {
        let (a, b) = (self.entity[a as usize], self.entity[b as usize]);
        let (left, right) = (self.members(a), self.members(b));
        a != b
            && left.iter().any(|x| {
                right.iter().any(|y| {
                    let (one, other) = (&self.said[*x as usize], &self.said[*y as usize]);
                    let kinds = matches!((one.person, other.person), (Some(p), Some(q)) if p != q);
                    kinds
                        || one.identifiers.contradict(&other.identifiers)
                        || by_name && one.countries.contradict(&other.countries)
                        || self.different.contains(&((*x).min(*y), (*x).max(*y)))
                })
            })
    }

    /// Applies a person's decisions.
    fn decide(&mut self, records: &Records) {
        for decision in &records.links {
            let named = |text: &str, countries: &Countries| -> Vec<MentionId> {
                let keys = name::keys(text);
                let fits = |said: &Said| {
                    (&said.keys.exact, &said.keys.form) == (&keys.exact, &keys.form)
                        && !countries.contradict(&said.countries)
                };
                let all = (0..).zip(&self.said).filter(|(_, said)| fits(said));
                all.map(|(mention, _)| mention).collect()
            };
            let left = named(&decision.a, &decision.a_countries);
            let right = named(&decision.b, &decision.b_countries);
            for a in &left {
                for b in &right {
                    let pair = ((*a).min(*b), (*a).max(*b));
                    if decision.same {
                        self.decided.insert(pair);
                        self.unite(*a, *b);
                    } else if a != b {
                        self.different.insert(pair);
                    }
                }
            }
        }
    }

    /// Joins what fits in a bucket, where what each could be is one entity.
    fn bucket(&mut self, bucket: &[MentionId], by_name: bool, fit: impl Fn(&Said, &Said) -> bool) {
        let lacks = |mention: &MentionId| {
            let one = &self.said[*mention as usize];
            by_name && (one.keys.form.is_empty() || one.countries.is_blank())
        };
        let many = bucket.len() > LARGEST;
        let bucket: Vec<MentionId> =
            bucket.iter().copied().filter(|mention| !many || !lacks(mention)).collect();
        let fits = |a: MentionId, b: MentionId| {
            self.entity[a as usize] == self.entity[b as usize]
                || fit(&self.said[a as usize], &self.said[b as usize])
                    && !self.against(a, b, by_name)
        };
        let could_be = |mention: MentionId| -> Vec<MentionId> {
            bucket
                .iter()
                .copied()
                .filter(|other| *other != mention && fits(mention, *other))
                .collect()
        };
        let candidates: Vec<Vec<MentionId>> = bucket.iter().map(|one| could_be(*one)).collect();
        let clear: Vec<bool> = candidates
            .iter()
            .map(|all| {
                many || all
                    .iter()
                    .enumerate()
                    .all(|(at, a)| all[at + 1..].iter().all(|b| fits(*a, *b)))
            })
            .collect();
        let mut joins = Vec::new();
        for (at, a) in bucket.iter().enumerate() {
            for (other, b) in bucket.iter().enumerate().skip(at + 1) {
                if clear[at] && clear[other] && candidates[at].contains(b) {
                    joins.push((*a, *b));
                }
            }
        }
        for (a, b) in joins {
            if !self.against(a, b, by_name) {
                self.unite(a, b);
            }
        }
    }

    fn done(self) -> Joins {
        Joins { said: self.said, entity: self.entity, decided: self.decided }
    }
}
