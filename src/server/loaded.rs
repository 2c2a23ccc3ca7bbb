//! A snapshot in use, with the rules prepared for the days and settings that were asked for last.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use lru::LruCache;
use self_cell::self_cell;

use parentage::day::Day;
use parentage::error::{Error, Place, Source};
use parentage::model::Profile;
use parentage::report::json::{ListView, Run, lists};
use parentage::screen::{
    DEFAULT_FLOOR, DEFAULT_THRESHOLD, Screener, Settings, fits, profiled_rules,
};
use parentage::share::Share;
use parentage::snapshot::Snapshot;
use parentage::source::REQUEST;

use super::problem::Problem;

/// Matches shown where nobody says how many, as in the command.
pub const USUAL_LIMIT: usize = 10;

/// Days and settings that stay prepared: the days of an analyst's slider, and those of several lines of business. A
/// prepared one holds some hundred kilobytes.
const PREPARED: NonZeroUsize = NonZeroUsize::new(64).expect("64 is not 0");

/// What the house of the service decided when it started.
#[derive(Debug, Clone, Default)]
pub struct House {
    /// Policies that requests may name.
    pub profiles: Vec<Profile>,
    /// Their files, in the same order.
    pub profile_files: Vec<String>,
    /// Days after which a list is too old to clear anybody.
    pub max_list_age: Option<i64>,
    /// The effective share from which flags are raised.
    pub floor: Option<Share>,
}

/// What a request asks besides its parties.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// The day.
    pub day: Day,
    /// Rules by id; none for every rule with a list that is loaded.
    pub rules: Vec<String>,
    /// The id of a profile.
    pub profile: Option<String>,
    /// Scores from here on make a hit, in points.
    pub threshold: Option<i32>,
    /// Matches shown; 0 for all.
    pub limit: usize,
}

impl Question {
    /// About a day, and else as most ask: what was prepared for one of them serves all.
    pub fn on(day: Day) -> Question {
        Question { day, rules: Vec::new(), profile: None, threshold: None, limit: USUAL_LIMIT }
    }
}

/// What a screener borrows.
pub struct Ground {
    /// The snapshot.
    pub snapshot: Arc<Snapshot>,
    /// What it screens by.
    pub settings: Settings,
    /// The lists on its day, which are the same in every answer.
    pub lists: Vec<ListView>,
}

self_cell!(
    /// A screener with what it borrows.
    pub struct Prepared {
        owner: Ground,
        #[not_covariant]
        dependent: Screener,
    }
);

impl Prepared {
    /// Does something with the screener and what its answers have in common.
    pub fn with<T>(&self, work: impl FnOnce(&Screener<'_>, &Run<'_>) -> T) -> T {
        self.with_dependent(|ground, screener| {
            let Ground { snapshot, settings, lists } = ground;
            let run = Run {
                snapshot,
                day: settings.day,
                rules: settings.rules.iter().map(|rule| rule.id.clone()).collect(),
                threshold: settings.threshold,
                floor: settings.floor,
                profile: settings.profile.as_ref(),
                party_file: None,
                lists: lists.clone(),
            };
            work(screener, &run)
        })
    }
}

/// A snapshot in use.
pub struct Loaded {
    /// The snapshot.
    pub snapshot: Arc<Snapshot>,
    /// Where it came from, as it is told.
    pub origin: String,
    /// When its file was written: loading it again makes it no younger. `None` where there is none.
    pub written: Option<SystemTime>,
    /// When it was loaded.
    pub since: SystemTime,
    /// Whether something of it was found to be damaged since it was checked.
    pub damaged: AtomicBool,
    /// What parties of requests declare is cited from here.
    pub request: Place,
    prepared: Mutex<LruCache<Question, Arc<Prepared>>>,
}

impl Loaded {
    /// Its age: that of its file, else since it was loaded.
    pub fn age(&self) -> std::time::Duration {
        self.written.unwrap_or(self.since).elapsed().unwrap_or_default()
    }

    /// Takes a snapshot into use.
    pub fn new(mut snapshot: Snapshot, origin: String, written: Option<SystemTime>) -> Loaded {
        let source = snapshot.cite(Source::of_lines(REQUEST, REQUEST));
        Loaded {
            snapshot: Arc::new(snapshot),
            origin,
            written,
            since: SystemTime::now(),
            damaged: AtomicBool::new(false),
            request: Place { source, record: 1 },
            prepared: Mutex::new(LruCache::new(PREPARED)),
        }
    }

    /// The screener for a question, prepared before or now.
    ///
    /// # Errors
    /// There is no such rule or profile, or both say the same.
    pub fn prepared(&self, question: &Question, house: &House) -> Result<Arc<Prepared>, Problem> {
        let known = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = known().get(question) {
            return Ok(Arc::clone(prepared));
        }
        let settings = self.settings(question, house)?;
        let lists = lists(&self.snapshot, settings.day);
        let ground = Ground { snapshot: Arc::clone(&self.snapshot), settings, lists };
        let new = Prepared::new(ground, |ground| Screener::new(&ground.snapshot, &ground.settings));
        let new = Arc::new(new);
        known().put(question.clone(), Arc::clone(&new));
        Ok(new)
    }

    /// What a question is screened by.
    ///
    /// # Errors
    /// There is no such rule or profile, or both say the same.
    pub fn settings(&self, question: &Question, house: &House) -> Result<Settings, Problem> {
        let named = question.profile.as_ref().map(|id| {
            house.profiles.iter().find(|profile| profile.id == *id).ok_or_else(|| {
                let ids: Vec<&str> = house.profiles.iter().map(|one| one.id.as_str()).collect();
                let known = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
                Problem::field("profile", format!("there is no profile `{id}`; there are {known}"))
            })
        });
        let profile = named.transpose()?;
        let twice = |field: &str| {
            Problem::field(field, "the profile says it already; leave it out, or the profile")
        };
        if profile.is_some_and(|own| own.threshold.is_some()) && question.threshold.is_some() {
            return Err(twice("threshold"));
        }
        if profile.is_some_and(|own| !own.rules.is_empty()) && !question.rules.is_empty() {
            return Err(twice("rules"));
        }
        let of_rules = |error: Error| Problem::of("rules", &error);
        let rules = match profile {
            Some(profile) => {
                let rules = profiled_rules(&self.snapshot, &question.rules, profile);
                let rules = rules.map_err(of_rules)?;
                let fault = |error| Problem::of("profile", &error);
                fits(&self.snapshot, profile, &rules).map_err(fault)?;
                rules
            }
            None => parentage::screen::select_rules(&self.snapshot, &question.rules)
                .map_err(of_rules)?,
        };
        let of_profile = |take: fn(&Profile) -> Option<i64>| profile.and_then(take);
        Ok(Settings {
            day: question.day,
            rules,
            threshold: question
                .threshold
                .or_else(|| profile.and_then(|own| own.threshold))
                .unwrap_or(DEFAULT_THRESHOLD),
            limit: question.limit,
            max_list_age: of_profile(|own| own.max_list_age.map(i64::from)).or(house.max_list_age),
            floor: profile.and_then(|own| own.floor).or(house.floor).unwrap_or(DEFAULT_FLOOR),
            profile: profile.cloned(),
        })
    }
}
