from django.db import migrations

AT_ONCE = 2000


def mark_names(apps, schema_editor):
    """The fingerprints of names that were sealed before there were any."""
    from niangjia.apps.registry import naming
    from niangjia.apps.registry.fields import keys

    Person = apps.get_model("registry", "Person")
    sql = "UPDATE registry_person SET name_blind = %s, pinyin_blind = %s, initials_blind = %s WHERE id = %s"
    last = 0
    while rows := list(
        Person.objects.filter(pk__gt=last, name__isnull=False).order_by("pk").only("name", "pseudonym")[:AT_ONCE]
    ):
        marks = []
        for person in rows:
            plain = person.name.open(f"registry.person.name:{person.pseudonym}")
            found = naming.readings(plain)._asdict().items()
            marks.append(
                (*(keys().blind(value, f"registry.person.{way}") if value else "" for way, value in found), person.pk)
            )
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(sql, marks)
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_names_are_found")]

    operations = [migrations.RunPython(mark_names, migrations.RunPython.noop)]
