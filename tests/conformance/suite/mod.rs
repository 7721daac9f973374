//! The suite: one list of cases, each an `async fn` that takes an empty store. A case that is left out of the list is dead
//! code, which the compiler reports.

pub mod commits;
pub mod contents;
pub mod entries;
pub mod events;
pub mod guards;
pub mod indexes;
pub mod limits;
pub mod model;
pub mod subject;

/// Makes one test per case for an engine; `$make` gives an empty store.
macro_rules! conformance {
    ($engine:ident, $make:path) => {
        mod $engine {
            conformance! { @group $make; guards:
                a_document_is_made_where_none_stands
                a_document_is_not_made_twice
                a_document_changes_in_the_version_that_was_read
                a_document_that_has_changed_since_is_a_conflict
                a_document_that_is_not_there_has_no_version
                a_document_made_anew_is_not_mistaken_for_the_old_one
                guards_see_what_stood_before_the_commit
                the_first_broken_guard_is_named
                a_version_beyond_all_numbers_is_a_conflict
                of_200_changes_to_one_version_exactly_one_is_made
                of_200_makers_of_one_document_exactly_one_succeeds
            }
            conformance! { @group $make; commits:
                one_broken_guard_among_many_changes_undoes_all
                a_refused_commit_leaves_its_neighbours_alone
                versions_grow_with_every_commit
                what_a_commit_puts_has_the_version_it_returns
                every_later_read_sees_an_acknowledged_commit
                an_empty_commit_changes_nothing_and_succeeds
                deletes_come_before_puts
                the_later_of_two_puts_stays
                deleting_what_is_not_there_is_no_error
                partitions_do_not_see_each_other
                a_commit_in_one_partition_is_no_conflict_in_another
                bytes_come_back_as_they_were
                a_store_that_works_is_ready
            }
            conformance! { @group $make; indexes:
                an_index_gives_what_was_put
                a_later_put_in_the_same_place_replaces
                a_place_can_be_removed_and_put_in_one_commit
                orders_are_compared_byte_by_byte
                a_prefix_finds_what_begins_with_it
                a_prefix_that_nothing_can_begin_with_finds_nothing
                a_limit_bounds_the_answer_and_gives_a_cursor
                the_last_page_has_no_cursor
                pages_join_without_gap_or_overlap_upwards
                pages_join_without_gap_or_overlap_downwards
                a_cursor_outlives_the_entry_it_names
                paging_meets_what_is_put_ahead_and_not_what_is_put_behind
                a_cursor_outside_the_prefix_gives_all_or_nothing
                indexes_do_not_see_each_other
                an_entry_outlives_its_document
            }
            conformance! { @group $make; events:
                events_come_in_the_order_of_their_commits
                events_are_read_on_from_a_position
                events_about_a_document_are_read_without_the_others
                thousands_of_events_about_one_document_are_read_in_their_order
                the_last_position_is_what_the_commit_returned
                a_refused_commit_appends_nothing
                no_event_is_lost_or_doubled_under_64_writers
                events_agree_with_documents_under_64_writers
                partitions_have_their_own_log
            }
            conformance! { @group $make; entries:
                an_entry_is_put_once
                of_200_who_put_one_entry_exactly_one_does
                an_entry_expires_when_its_lifetime_has_passed
                an_expired_entry_is_absent_for_the_next_put
                an_entry_is_deleted_only_as_expected
                an_expired_entry_is_not_deleted_but_gone
                of_200_who_delete_one_entry_exactly_one_does
                a_counter_sums_up
                a_counter_keeps_its_first_end
                an_expired_counter_starts_again
                no_count_is_lost_under_concurrency
                another_entry_is_no_counter
                a_counter_does_not_overflow
                a_commit_changes_entries
                a_commit_replaces_an_entry_and_its_lifetime
                a_refused_commit_changes_no_entry
                entries_and_documents_do_not_meet
                partitions_have_their_own_entries
                a_sweep_removes_what_has_expired_and_nothing_else
                a_sweep_stops_at_its_limit
            }
            conformance! { @group $make; limits:
                the_largest_value_fits
                a_larger_value_is_refused
                as_many_operations_as_allowed_fit
                more_operations_are_refused
                a_commit_too_large_in_all_is_refused
                an_order_that_is_empty_long_or_unprintable_is_refused
                a_lifetime_too_short_or_too_long_is_refused
                a_page_of_none_or_too_many_is_refused
            }
            conformance! { @group $make; contents:
                an_empty_store_has_no_rows
                partitions_are_listed_with_what_their_next_commit_counts_on_from
                every_document_is_listed_once_as_it_was_put
                every_place_of_every_index_is_listed_in_order
                every_event_is_listed_with_what_it_is_about
                every_entry_is_listed_with_its_end_also_when_it_has_expired
                the_engine_tells_what_it_is
            }
            conformance! { @group $make; model:
                random_commits_leave_what_a_plain_map_would_hold
                random_entries_live_as_a_plain_map_would_hold_them
            }
        }
    };
    (@group $make:path; $group:ident: $($case:ident)*) => {
        mod $group {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    crate::suite::$group::$case($make().await).await;
                }
            )*
        }
    };
}
