"""The people of the demonstration's consoles, made on a real node."""

from __future__ import annotations

from pathlib import Path

from hub.accounts.sign_in import Credentials, sign_in
from hub.demo.consoles import SEED, open_accounts
from hub.records.accounts import AccountRole
from hub.sample.people import World
from hub.sample.referrals import area_referrals
from tests.accounts.people import cheap_passwords
from tests.federation.nodes import copied


def test_somebody_in_each_role_signs_in_with_what_is_said_of_them(
    tmp_path: Path, sqlite_template: Path
) -> None:
    areas = copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3", ["eastvale"])
    node = areas["eastvale"]
    with cheap_passwords():
        made = open_accounts(node, World(SEED))
        for one in made:
            typed = Credentials(one.sign_in, one.password, one.code(node.now()), "127.0.0.1")
            assert isinstance(sign_in(node, typed), str), one.role
    areas.close()
    assert {one.role for one in made} == {one.value for one in AccountRole}
    assert len({one.sign_in for one in made}) == len(made)
    services = {row["idva_service"] for row in area_referrals(SEED, 20)["eastvale"]}
    assert {one.organisation for one in made if one.role == "idva"} <= services
