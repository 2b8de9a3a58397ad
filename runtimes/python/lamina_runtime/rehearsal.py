"""A handler of nobody's: see loop."""


def handler(event, context):
    context.get_remaining_time_in_millis()
    return event
