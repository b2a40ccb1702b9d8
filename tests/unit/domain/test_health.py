from pacs_dedup.domain.health import Finding, Health, worst


def finding(health):
    return Finding("disk", health, "as it is")


def test_the_whole_is_as_its_worst_component():
    assert worst([finding(Health.OK), finding(Health.FAILED), finding(Health.WARNING)]) is Health.FAILED
    assert worst([finding(Health.WARNING), finding(Health.OK)]) is Health.WARNING


def test_where_nothing_was_checked_nothing_is_wrong():
    assert worst([]) is Health.OK
