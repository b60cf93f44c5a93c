from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('newsletter', '0009_address_hashes'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'erased'), _negated=True), models.Q(('address', ''), ('ascii_address', '')), _connector='OR'), name='the_erased_have_no_address'),
        ),
    ]
