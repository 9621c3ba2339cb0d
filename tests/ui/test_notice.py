"""What people read of what could not be done."""

from store import ModelMismatch, StoreUnavailable
from ui import notice


def test_whoever_saves_while_the_model_is_switched_is_told_to_do_it_again() -> None:
    said: list[str] = []
    for error in (ModelMismatch("The vectors come from another model."), StoreUnavailable("Full.")):
        with notice.errors(said.append):
            raise error
    assert said == [notice.SWITCHED, "Full."]
