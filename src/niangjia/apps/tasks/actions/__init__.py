"""The trade's verbs: setting, changing, working, reminding, steering, bidding; each is one transaction."""

from niangjia.apps.tasks.actions.bidding import assign as assign
from niangjia.apps.tasks.actions.bidding import bid as bid
from niangjia.apps.tasks.actions.bidding import pick as pick
from niangjia.apps.tasks.actions.bidding import withdraw_bid as withdraw_bid
from niangjia.apps.tasks.actions.changing import change as change
from niangjia.apps.tasks.actions.rehoming import rehome as rehome
from niangjia.apps.tasks.actions.reminding import remind as remind
from niangjia.apps.tasks.actions.setting import set_task as set_task
from niangjia.apps.tasks.actions.steering import accept as accept
from niangjia.apps.tasks.actions.steering import give_back as give_back
from niangjia.apps.tasks.actions.steering import withdraw as withdraw
from niangjia.apps.tasks.actions.working import add_evidence as add_evidence
from niangjia.apps.tasks.actions.working import begin as begin
from niangjia.apps.tasks.actions.working import note as note
from niangjia.apps.tasks.actions.working import open_evidence as open_evidence
from niangjia.apps.tasks.actions.working import report as report
