//! Invariant 11: nothing of one organization can be read or changed by another's operators.

use tegata::directory::{Contact, Operator, OperatorToken, Organization, OrganizationId};
use tegata::enrollment::{Actor, Caller, ListQuery, OperatorError, ReissueReason};
use tegata::entropy::SystemEntropy;
use tegata::ledger::RevocationReason;
use tegata::pepper::Pepper;

use crate::world::{World, invite};

async fn second_organization(world: &World) -> (Caller, OperatorToken) {
    let id: OrganizationId = "other".parse().unwrap();
    let token = OperatorToken::draw(&SystemEntropy).unwrap();
    let operator = Operator::new(&id, "first", &token, &Pepper::new(&[9; 32]).unwrap()).unwrap();
    let organization = Organization::new(id.clone(), "Other".into(), Contact::default());
    world.authority.directory().create(&organization, &operator).await.unwrap();
    (Caller::new(id, Actor::Operator("first".into())), token)
}

#[tokio::test]
async fn another_organizations_operator_sees_and_changes_nothing() {
    let world = World::new().await;
    world.install(&world.invitation).await;
    let (stranger, _) = second_organization(&world).await;
    let (_, before) = world.stored().await;
    let (id, authority) = (&world.invitation.enrollment, &world.authority);
    let missing = |result: Option<OperatorError>| {
        assert!(matches!(result, Some(OperatorError::NoSuchEnrollment(_))), "{result:?}");
    };
    missing(authority.show(&stranger, id).await.err());
    missing(authority.revoke(&stranger, id, RevocationReason::KeyCompromise).await.err());
    missing(authority.cancel(&stranger, id).await.err());
    missing(authority.unlock(&stranger, id).await.err());
    for why in ReissueReason::ALL {
        missing(authority.reissue(&stranger, id, why).await.err());
    }
    let query = ListQuery { limit: 100, ..ListQuery::default() };
    assert!(authority.list(&stranger, query.clone()).await.unwrap().enrollments.is_empty());
    authority.invite(&stranger, invite("佐藤 花子")).await.unwrap();
    assert_eq!(authority.list(&stranger, query.clone()).await.unwrap().enrollments.len(), 1);
    assert_eq!(authority.list(&world.caller, query).await.unwrap().enrollments.len(), 1);
    assert_eq!(world.stored().await.1, before);
}

#[tokio::test]
async fn an_operators_token_opens_one_organization_only() {
    let world = World::new().await;
    let (stranger, token) = second_organization(&world).await;
    let pepper = Pepper::new(&[9; 32]).unwrap();
    let directory = world.authority.directory();
    let own = directory.authenticate(&stranger.organization, "first", &token, &pepper).await.unwrap();
    assert_eq!(own.unwrap().name, "first");
    let id = &world.caller.organization;
    assert!(directory.authenticate(id, "first", &token, &pepper).await.unwrap().is_none());
    let forged = OperatorToken::shown("tgo_forged");
    let none = directory.authenticate(&stranger.organization, "first", &forged, &pepper).await.unwrap();
    assert!(none.is_none());
}

#[tokio::test]
async fn another_pepper_is_refused() {
    let world = World::new().await;
    let directory = world.authority.directory();
    directory.prove_pepper(&Pepper::new(&[9; 32]).unwrap()).await.unwrap();
    directory.prove_pepper(&Pepper::new(&[9; 32]).unwrap()).await.unwrap();
    let refused = directory.prove_pepper(&Pepper::new(&[8; 32]).unwrap()).await.unwrap_err();
    assert!(refused.to_string().contains("not the pepper of this store"), "{refused}");
}

#[tokio::test]
async fn an_organization_is_created_once() {
    let world = World::new().await;
    let id = world.caller.organization.clone();
    let token = OperatorToken::draw(&SystemEntropy).unwrap();
    let operator = Operator::new(&id, "thief", &token, &Pepper::new(&[9; 32]).unwrap()).unwrap();
    let again = Organization::new(id.clone(), "Mine now".into(), Contact::default());
    assert!(world.authority.directory().create(&again, &operator).await.is_err());
    let found = world.authority.directory().find_organization(&id).await.unwrap().unwrap();
    assert_eq!(found.name, "Example");
    assert_eq!(world.authority.directory().organizations().await.unwrap(), [id]);
}
