"""Operations that know every kind of record: carry out, undo, describe, and bulk runs."""
