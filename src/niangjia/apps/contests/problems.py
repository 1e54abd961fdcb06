"""The refusals of contests, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from niangjia.kernel.problems import DataProblem, Refusal


def _time(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.year}-{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"


class PackRefused(DataProblem):
    def __init__(self, pack_id: str, where: str) -> None:
        self.where = where
        super().__init__(
            f"评选规则包 {pack_id} 有误：{where}。请改正文件后再用。", f"The contest pack {pack_id} is wrong at {where}. Correct the file first."
        )  # fmt: skip


class NoSuchPack(Refusal):
    def __init__(self, pack_id: str) -> None:
        super().__init__(
            f"没有评选规则包 {pack_id}。请从列表中选。", f"There is no contest pack {pack_id}. Choose one of the list."
        )


class NotYourPack(Refusal):
    def __init__(self, union: str, issuers: Sequence[str]) -> None:
        super().__init__(
            f"这种评选由{'、'.join(issuers)}发起，{union}不能发起。可以推荐参评；要办本级的，请管理员在部署的 contests 文件夹放一份本级的规则，写明本级的区划和荣誉名称。",
            f"This contest is set up by {', '.join(issuers)}, not by {union}. You may put entries forward; for a contest of your own, ask the administrator to put rules with your area and your own honours into the deployment's folder contests.",
        )


class StillAsked(Refusal):
    """`paths`: where a number is missing or is none."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = tuple(paths)
        super().__init__(
            f"还有 {len(paths)} 个数没有填，或不是规定的数。请在标出的地方填写。",
            f"Numbers that are missing or cannot be: {len(paths)}. Fill them in where they are marked.",
        )


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有找到，或不在您的范围内。请从列表进入。", "It is not there, or not for you. Start from the list."
        )


class WrongTimes(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "截止须晚于开始。请改正日期。", "The call ends after it begins. Correct the dates."
        )  # fmt: skip


class NotPossibleNow(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__(
            f"目前是“{state}”，不能这样做。请刷新后再看。", f"It is now “{state}”; this is not possible. Refresh the page."
        )  # fmt: skip


class CallClosed(Refusal):
    def __init__(self, opens_at: datetime, closes_at: datetime) -> None:
        super().__init__(
            f"现在不在征集期内。征集时间是 {_time(opens_at)} 至 {_time(closes_at)}。",
            f"The call is not open. It is open from {_time(opens_at)} to {_time(closes_at)}.",
        )


class CallStillOpen(Refusal):
    def __init__(self, closes_at: datetime) -> None:
        super().__init__(
            f"征集到 {_time(closes_at)} 才结束，那以后才能开评。", f"The call ends at {_time(closes_at)}; judging begins after that."
        )  # fmt: skip


class EntriesWait(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"还有 {count} 件参评没有审核。请先逐件审核。", f"Entries that nobody has looked at yet: {count}. Decide on them first."
        )  # fmt: skip


class NobodyEntered(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有可以评审的参评作品。请延长征集，或取消这次评选。", "There is nothing to judge. Extend the call, or cancel."
        )  # fmt: skip


class NotForYou(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这次评选面向主办工会范围内的会员。请向本单位工会询问。",
            "This contest is for members within the organising union. Ask your own union.",
        )


class NotThisWay(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这次评选不收这种方式的参评。请看征集说明里写的报名或推荐方式。",
            "This contest does not take entries this way. The call says how one enters or is nominated.",
        )


class EnteredAlready(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"同一参评对象最多 {most} 件，已经有了。可以修改或退出原来的。", f"At most {most} of one entrant, which are there. Change or withdraw one."
        )  # fmt: skip


class NotReady(Refusal):
    """`parts`: the file rules without a file."""

    def __init__(self, parts: Sequence[tuple[str, str, str]]) -> None:
        self.parts = tuple(part for part, _, _ in parts)
        super().__init__(
            f"还缺：{'、'.join(zh for _, zh, _ in parts)}。请上传后再提交。",
            f"Still missing: {', '.join(en for _, _, en in parts)}. Upload them first.",
        )


class TooMuchIsKept(Refusal):
    def __init__(self, most_mb: int) -> None:
        super().__init__(f"文件超过 {most_mb} MB。", f"The file is larger than {most_mb} MB.")


class NotEligible(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "按参评条件核对没有通过，或还不能判定，不能列入参评。请补齐事实，或写明理由不予列入。",
            "By the rules it is not eligible, or that cannot be told yet. Complete the facts, or refuse it with a reason.",
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明理由。", "Give the reason.")


class SecondPerson(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这一步须由没有经手的同事来办。", "A colleague who had no hand in it takes this step."
        )  # fmt: skip


class TakesPart(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您本人或家人参加了这次评选，须回避。请由同事来办。",
            "You, or somebody who lives with you, takes part in this contest. Leave it to a colleague.",
        )


class NotYourJury(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您不是这次评选的评委。如有疑问，请联系主办工会。", "You are not on this jury. Ask the organising union if in doubt."
        )  # fmt: skip


class SitsAlready(Refusal):
    def __init__(self) -> None:
        super().__init__("这位已经是评委。", "This person is on the jury already.")


class NoSuchAccount(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这个用户名。请核对，或请管理员先开户。", "There is no such user name. Check it, or have the account opened first."
        )  # fmt: skip


class DeclareFirst(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "打分前请先申报回避：与哪些参评有利害关系，没有也请确认。",
            "First declare your conflicts: to which entries you are near, or that there are none.",
        )


class TooNear(Refusal):
    """`entry`: its number."""

    def __init__(self, entry: str) -> None:
        self.entry = entry
        super().__init__(
            f"您须回避 {entry}，不能打分。请给其余的打分。", f"You have a conflict with {entry} and give it no mark. Mark the others."
        )  # fmt: skip


class NoSuchMark(Refusal):
    """`wrong`: entry number → what was typed."""

    def __init__(self, wrong: Sequence[str]) -> None:
        self.wrong = tuple(wrong)
        super().__init__(
            f"{'、'.join(wrong)} 的分数不在规定范围内。请改正后再保存。", f"Marks out of range: {', '.join(wrong)}. Correct them and save again."
        )  # fmt: skip


class MarksMissing(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"评委还欠 {count} 个分数。请催评委打完，或写明理由按现有分数计算。",
            f"Marks that jurors still owe: {count}. Ask for them, or give a reason to count without.",
        )


class TooFewJurors(Refusal):
    def __init__(self, needed: int, sitting: int) -> None:
        super().__init__(
            f"按这一轮的规则，每件参评至少要 {needed} 位评委打分才能排名，现在评委只有 {sitting} 位。请先增补评委，再开始这一轮。",
            f"Jurors whose marks an entry needs to be ranked in this round: at least {needed}; sitting now: {sitting}. Appoint more, then open the round.",
        )


class NobodyRanked(Refusal):
    def __init__(self, needed: int) -> None:
        super().__init__(
            f"现在结束这一轮，没有一件能排名（每件至少要 {needed} 位不须回避的评委打分），谁也进不了下一步。请增补评委、催评委打完分；办不下去的，取消这次评选。",
            f"Closed now, the round would rank nobody and nobody would go on (marks that an entry needs, of jurors who are not near to it: {needed}). Appoint more jurors and ask for their marks, or call the contest off.",
        )


class Unranked(Refusal):
    """`entries`: the numbers of those without a rank."""

    def __init__(self, entries: Sequence[str], needed: int) -> None:
        self.entries = tuple(entries)
        zh, en = "、".join(entries[:5]), ", ".join(entries[:5])
        super().__init__(
            f"有 {len(entries)} 件有效评分不足，不能排名，会就此出局：{zh}{' 等' if len(entries) > 5 else ''}。每件至少要 {needed} 位不须回避的评委打分：请增补评委或催评委打完，或写明理由。",
            f"Entries without enough marks to be ranked, which would be out: {len(entries)} ({en}{' …' if len(entries) > 5 else ''}). Marks that each needs, of jurors who are not near to it: {needed}. Appoint more jurors or ask for their marks, or give a reason.",
        )


class VoteNotOpen(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这一轮现在没有开放投票。请看公布的投票时间。", "Voting is not open in this round. The times are on the page."
        )  # fmt: skip


class VoteStillOpen(Refusal):
    def __init__(self, closes_at: datetime) -> None:
        super().__init__(
            f"投票到 {_time(closes_at)} 才结束，那以后才能公布这一轮。", f"Voting ends at {_time(closes_at)}; close the round after that."
        )  # fmt: skip


class VotedAlready(Refusal):
    def __init__(self) -> None:
        super().__init__("您已经投过这件作品。", "You have voted for this entry already.")


class VotesUsed(Refusal):
    def __init__(self, choices: int) -> None:
        super().__init__(
            f"这一轮每人 {choices} 票，已经投完。想改投，请先撤回一票。",
            f"Everybody has {choices} votes in this round, and yours are used. To change one, take one back first.",
        )


class NoticeIsUp(Refusal):
    def __init__(self, last_day: date) -> None:
        super().__init__(f"公示到 {last_day} 才结束。", f"The notice is up until {last_day}.")


class NotAnnounced(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "名次变了，须重新公示入围名单。", "The places have changed: announce the shortlist again first."
        )  # fmt: skip


class NobodyToPay(Refusal):
    def __init__(self) -> None:
        super().__init__("这个奖项没有奖金或津贴。", "There is no money in this award.")
