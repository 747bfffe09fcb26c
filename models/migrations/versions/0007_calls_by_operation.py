"""Calls of the outbox name a channel, an operation and arguments, and no method, path and body."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'

_COMPANY = {'domain': 'primary_domain', 'organizationRegistrationNumber': 'organization_registration_number'}
_PROFILE = {'companyName': 'company_name', 'email': 'email', 'culture': 'culture', 'language': 'language'}
_ADDRESS = {
    'firstName': 'first_name', 'lastName': 'last_name', 'addressLine1': 'address_line1',
    'addressLine2': 'address_line2', 'city': 'city', 'state': 'state', 'postalCode': 'postal_code',
    'country': 'country', 'phoneNumber': 'phone_number',
}


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    for old, new in (('method', 'channel'), ('path', 'operation'), ('body', 'arguments')):
        op.alter_column('outbox', old, new_column_name=new)
    connection = op.get_bind()
    calls = connection.execute(sa.text('SELECT id, channel, operation, arguments FROM outbox')).all()
    rows = [
        {'of': id, **dict(zip(('channel', 'operation', 'arguments'), _typed(method, path, body), strict=True))}
        for id, method, path, body in calls
    ]
    if rows:
        connection.execute(
            sa.text('UPDATE outbox SET channel = :channel, operation = :operation, arguments = :arguments WHERE id = :of'),
            rows,
        )
    with op.batch_alter_table('outbox') as batch:  # SQLite changes no column's type but by a copy
        batch.alter_column('channel', existing_type=sa.String(), type_=sa.String(32), existing_nullable=False)


def _typed(method: str, path: str, body: str) -> tuple[str, str, str]:
    """Return channel, operation and arguments of a call; what no program wrote keeps its words."""
    if method == 'MAIL':
        return 'mail', 'send_letter', body
    customers, _slash, id = path.rpartition('/')
    if (method, customers) == ('PATCH', '/v1/customers'):
        return 'partner_center', 'remove_reseller_relationship', json.dumps({'microsoft_id': id})
    if (method, path) == ('POST', '/v1/customers') and (arguments := _customer(body)) is not None:
        return 'partner_center', 'create_customer', json.dumps(arguments, ensure_ascii=False)
    return 'partner_center', f'{method} {path}', body


def _customer(body: str) -> dict[str, Any] | None:
    """Return what a customer is created of; None where somebody damaged that."""
    try:
        given = json.loads(body)
        company, profile = given['companyProfile'], given['billingProfile']
        parts = ((company, _COMPANY), (profile, _PROFILE), (profile['defaultAddress'], _ADDRESS))
        found = {new: part[old] for part, names in parts for old, new in names.items() if old in part}
        if partner := given.get('associatedPartnerId'):
            found['indirect_reseller'] = partner
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found
