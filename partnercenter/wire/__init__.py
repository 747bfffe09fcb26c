"""What goes over the wire: the resources of the API as it writes them, apart from the entities.

Answers are read by these models (`Customer.of(answer.body)`), with two exceptions. What a sync
reads of customers and activity is read by hand (`partnercenter/sync/customer_answers.py`): a model
takes ten times as long (37 µs to 4 µs a row), three seconds more for 100,000 customers. What stands
in the way of an ending (`partnercenter/sending/preconditions.py`) is looked for in any shape.
"""
