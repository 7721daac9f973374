//! Lists of enrollments: what they filter by, how they are sorted, and the pages that they are read in.
//!
//! A page costs the same whether there are a thousand enrollments or a million: it goes along the index that leaves the least to
//! look at, in the order asked for, and looks at a bounded number of enrollments. Where it had to stop before it was full, it
//! says so and where to go on.

pub(super) mod building;
mod filter;
mod need;
mod path;
mod query;
mod text;

pub use need::{Amounts, Count, Need, NeedPolicy};
pub use query::{Ends, ListQuery, Listed, Sort};

use futures_util::{StreamExt as _, TryStreamExt as _};

use self::filter::Filter;
use self::path::{Order, Path, Stream};
use self::text::Hits;
use super::authority::{OperatorError, RegistrationAuthority};
use super::caller::Caller;
use super::places::{ALL, BY_END, BY_FACILITY, BY_STATE, BY_SUBSCRIBER, STATES, moment};
use super::record::Enrollment;
use super::state::Standing;
use crate::directory::{Facilities, partition};
use crate::store::record::decode;
use crate::store::{Key, Partition, StoreError};

/// How many enrollments one page may look at.
const MOST_LOOKED_AT: usize = 2_000;
/// How many enrollments may be sorted otherwise than their index is.
const MOST_GATHERED: usize = 2_000;
/// The most indexes that one page is put together from; beyond, all enrollments are gone through.
const MOST_SOURCES: usize = 64;
/// Documents that are read at the same time.
const AT_ONCE: usize = 32;

impl RegistrationAuthority {
    /// The caller's enrollments, as the query wants them.
    ///
    /// # Errors
    /// When the query does not do, or the store fails.
    pub async fn list(&self, caller: &Caller, query: ListQuery) -> Result<Listed, OperatorError> {
        query.check()?;
        let partition = partition(&caller.organization)?;
        let hits = match query.text() {
            Some(text) => self.hits(caller, &partition, text).await?,
            None => None,
        };
        // Only what needs a hand depends on it.
        let policy = match query.need {
            Some(_) => self.need_policy(&caller.organization).await?,
            None => NeedPolicy::default(),
        };
        let filter = Filter::new(&query, self.now(), policy, hits.is_none());
        let paths = self.paths(caller, &query, &policy, hits.as_ref());
        let order = query.sort.map_or_else(
            || paths.first().map_or(Order::Invited, |path| path.order),
            |sort| Order::of(sort, query.need),
        );
        let people_left_out = hits.is_some_and(|hits| hits.more);
        let mut listed = 'listed: {
            for path in &paths {
                if path.order == order && path.also.is_empty() {
                    break 'listed self.stream(caller, &partition, path, &filter, &query).await?;
                }
                if let Some(keys) = path.gather(self.store(), &partition, MOST_GATHERED).await? {
                    break 'listed self.gathered(caller, &partition, keys, order, &filter, &query).await?;
                }
            }
            let whole = Path::whole(order, self.now(), &policy);
            self.stream(caller, &partition, &whole, &filter, &query).await?
        };
        listed.sort = order.sort();
        listed.people_left_out = people_left_out;
        Ok(listed)
    }

    /// The ways to what the query wants, the one that leaves the least to look at first.
    fn paths(
        &self,
        caller: &Caller,
        query: &ListQuery,
        policy: &NeedPolicy,
        hits: Option<&Hits>,
    ) -> Vec<Path> {
        let now = self.now();
        let mut paths = Vec::new();
        if let Some(hits) = hits {
            let of_person = |person: &_| (BY_SUBSCRIBER, format!("{person}/"));
            paths.push(
                Path::along(Order::Invited, hits.people.iter().map(of_person)).with(hits.enrollments.clone()),
            );
        }
        let of_facility = |code: &_| (BY_FACILITY, format!("{code}/"));
        match (&query.facility, &caller.reach) {
            (Some(code), _) => paths.push(Path::along(Order::Invited, [of_facility(code)])),
            (None, Facilities::Only(own)) if own.len() <= MOST_SOURCES => {
                paths.push(Path::along(Order::Invited, own.iter().map(of_facility)));
            }
            (None, _) => {}
        }
        if let Some(need) = query.need {
            paths.push(need.path(now, policy));
        }
        if query.ends.is_bounded() {
            paths.push(
                Path::along(Order::End, [(BY_END, String::new())])
                    .between(query.ends.from.map(moment), query.ends.before.map(moment)),
            );
        }
        match query.state {
            Some(Standing::Locked) => paths.push(Need::Locked.path(now, policy)),
            // These have no index of their own: most that stand so were never touched.
            Some(Standing::Invited | Standing::Expired) | None => {}
            Some(standing) => {
                let words = STATES.into_iter().filter(|word| stands(word, standing));
                let sources = words.map(|word| (BY_STATE, format!("{word}/")));
                paths.push(Path::along(Order::Changed, sources));
            }
        }
        if query.sort.is_none() && paths.is_empty() {
            paths.push(Path::along(Order::Invited, [(ALL, String::new())]));
        }
        paths
    }

    /// Goes along indexes that are in the right order.
    async fn stream(
        &self,
        caller: &Caller,
        partition: &Partition,
        path: &Path,
        filter: &Filter,
        query: &ListQuery,
    ) -> Result<Listed, OperatorError> {
        let order = path.order;
        let mut stream = Stream::open(path, query.after.as_deref(), query.limit);
        let mut page = Page::new(query.limit);
        loop {
            // One more than fits tells whether anything is left.
            let wanted = (query.limit + 1).min(MOST_LOOKED_AT - page.looked_at);
            let batch = stream.next(self.store(), partition, wanted).await?;
            let ended = batch.len() < wanted;
            let found = self.read(partition, batch.iter().map(|(_, key)| key.clone()).collect()).await?;
            for ((tail, _), enrollment) in batch.into_iter().zip(found) {
                page.looked_at += 1;
                // A place that is not its own (any more) leads to it from elsewhere, or will; and what was touched in the moment
                // of its invitation stands in two indexes with the same time.
                let fits = enrollment.filter(|it| {
                    page.last.as_ref() != Some(&tail)
                        && order.tail(it).as_ref() == Some(&tail)
                        && caller.reaches(it)
                        && filter.fits(it)
                });
                if let Some(found) = fits
                    && page.full(found)
                {
                    return Ok(page.listed(self, order));
                }
                page.last = Some(tail);
            }
            if ended {
                page.last = None;
                return Ok(page.listed(self, order));
            }
            if page.looked_at >= MOST_LOOKED_AT {
                page.cut_short = true;
                return Ok(page.listed(self, order));
            }
        }
    }

    /// Sorts what is few enough.
    async fn gathered(
        &self,
        caller: &Caller,
        partition: &Partition,
        keys: Vec<Key>,
        order: Order,
        filter: &Filter,
        query: &ListQuery,
    ) -> Result<Listed, OperatorError> {
        let mut page = Page::new(query.limit);
        page.looked_at = keys.len();
        let found = self.read(partition, keys).await?.into_iter().flatten();
        let mut fitting: Vec<_> = found
            .filter(|it| caller.reaches(it) && filter.fits(it))
            .filter_map(|it| Some((order.tail(&it)?, it)))
            .collect();
        fitting.sort_unstable_by(|(one, _), (other, _)| order.compare(one, other));
        fitting.dedup_by(|(one, _), (other, _)| one == other);
        let after = query.after.as_deref();
        let rest = fitting
            .into_iter()
            .filter(|(tail, _)| after.is_none_or(|after| order.compare(tail, after).is_gt()));
        for (_, found) in rest {
            if page.full(found) {
                return Ok(page.listed(self, order));
            }
        }
        Ok(page.listed(self, order))
    }

    /// The newest enrollments that the caller sees, as far as `most` are looked at, and whether there are more.
    async fn newest_within(
        &self,
        caller: &Caller,
        partition: &Partition,
        most: usize,
    ) -> Result<(Vec<Enrollment>, bool), OperatorError> {
        let path = self.paths(caller, &ListQuery::default(), &NeedPolicy::default(), None);
        let whole = || Path::along(Order::Invited, [(ALL, String::new())]);
        let path = path.into_iter().next().unwrap_or_else(whole);
        let found = Stream::open(&path, None, most).next(self.store(), partition, most + 1).await?;
        let more = found.len() > most;
        let read = self.read(partition, found.into_iter().take(most).map(|(_, key)| key).collect()).await?;
        Ok((read.into_iter().flatten().filter(|it| caller.reaches(it)).collect(), more))
    }

    /// Reads many enrollments, each in its place; what is not there (any more) is `None`.
    pub(super) async fn read(
        &self,
        partition: &Partition,
        keys: Vec<Key>,
    ) -> Result<Vec<Option<Enrollment>>, StoreError> {
        let reading = keys.into_iter().map(|key| async move {
            let found = self.store().find(partition, &key).await?;
            found.map(|document| decode::<Enrollment>(&document.bytes)).transpose()
        });
        futures_util::stream::iter(reading).buffered(AT_ONCE).try_collect().await
    }
}

/// Whether what stands under this word of the index by state can stand so.
fn stands(word: &str, standing: Standing) -> bool {
    word == standing.name() || (word == "fetching" && standing == Standing::Claimed)
}

/// A page that is being filled.
struct Page {
    limit: usize,
    found: Vec<Enrollment>,
    looked_at: usize,
    /// The place of the last one that was looked at, where more may follow.
    last: Option<String>,
    overflows: bool,
    cut_short: bool,
}

impl Page {
    const fn new(limit: usize) -> Self {
        Self { limit, found: Vec::new(), looked_at: 0, last: None, overflows: false, cut_short: false }
    }

    /// Takes one more; whether it did not fit any more.
    fn full(&mut self, enrollment: Enrollment) -> bool {
        self.overflows = self.found.len() == self.limit;
        if !self.overflows {
            self.found.push(enrollment);
        }
        self.overflows
    }

    fn listed(self, authority: &RegistrationAuthority, order: Order) -> Listed {
        let next =
            if self.overflows { self.found.last().and_then(|last| order.tail(last)) } else { self.last };
        Listed {
            enrollments: self.found.iter().map(|enrollment| authority.summary(enrollment)).collect(),
            next,
            sort: order.sort(),
            looked_at: self.looked_at,
            cut_short: self.cut_short,
            people_left_out: false,
        }
    }
}
