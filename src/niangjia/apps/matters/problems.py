"""Every no of this room, each with what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.matters.types import Question
from niangjia.kernel.problems import Refusal

_ROLES = {
    Role.PROVINCE: ("省总工会", "the provincial union"),
    Role.CITY: ("市总工会", "the city union"),
    Role.COUNTY: ("县级总工会", "the county union"),
    Role.TOWNSHIP: ("乡镇（街道）工会", "the township union"),
    Role.GRASSROOTS: ("基层工会", "the grassroots union"),
    Role.FINANCE: ("财务", "finance"),
    Role.WORKER: ("申请人本人", "the applicant"),
}


def role_words(role: Role) -> tuple[str, str]:
    return _ROLES.get(role, (role.value, role.value))


class NotFound(Refusal):
    """Also for what exists outside the viewer's part of the tree, or is somebody else's: a refusal must not tell that it exists."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到这件申请，或不在您的管辖范围内。", "There is no such application in your part of the union tree."
        )


class NoSuchDraft(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有找到这份草稿，可能已经提交或放弃。请到“我的娘家”查看，或重新开始。",
            "There is no such draft; it was handed in or dropped. Look under “My union home”, or start anew.",
        )


class NotByApplication(Refusal):
    def __init__(self, title_zh: str, title_en: str) -> None:
        super().__init__(
            f"“{title_zh}”不能在这里申请。请问单位工会怎样办理。",
            f"“{title_en}” cannot be applied for here. Ask your union how it is entered.",
        )


class NoUnionHere(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "系统中还没有您所在的工会，无法提交。请联系单位工会登记会籍。",
            "Your union is not known yet, so nothing can be handed in. Ask your union to register your membership.",
        )


class StillOpen(Refusal):
    """`names`: fields that are required and not answered, or no longer fit. `papers`: titles of those of which nothing was said."""

    def __init__(self, open_questions: Sequence[Question], papers: Sequence[Mapping[str, str]] = ()) -> None:
        self.names = tuple(one.name for one in open_questions)
        open_titles = [(one.title.get("zh", one.name), one.title.get("en", one.name)) for one in open_questions]
        titles = [*open_titles, *((one["zh"], one["en"]) for one in papers)]
        super().__init__(
            "还有没填的：" + "、".join(zh for zh, _en in titles) + "。填好再提交"
            + ("；材料现在没有的，点“稍后交”。" if papers else "。"),
            "Still to be filled in: " + ", ".join(en for _zh, en in titles) + "."
            + (" Of a paper that you do not have now, say “later”." if papers else ""),
        )  # fmt: skip


class NotDeclared(Refusal):
    def __init__(self) -> None:
        super().__init__("请先勾选声明，再提交。", "Tick the declaration, then hand in.")


class AlreadyOpen(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"同一件事您已经申请过，编号 {number}，正在办理。请在“我的娘家”查看进展。",
            f"You have applied for the same already: number {number} is under way. See “My union home”.",
        )


class RulesChanged(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您填写期间，这个项目的规则更新了。您填的都还在，请核对有没有新的问题，再提交。",
            "The rules of this programme changed while you filled it in. All you typed is there: check for new questions, then hand in.",
        )


class NotYourTurn(Refusal):
    def __init__(self, role: Role, desk: str) -> None:
        zh, en = role_words(role)
        whose_zh = zh if role is Role.WORKER else f"{desk}的{zh}岗位"
        whose_en = en if role is Role.WORKER else f"{en} at {desk}"
        super().__init__(
            f"这一步由{whose_zh}办理，当前岗位不能办。", f"This step is for {whose_en}, not for your present post."
        )


class AlreadyClosed(Refusal):
    def __init__(self, state_zh: str, state_en: str) -> None:
        super().__init__(
            f"这件申请已是“{state_zh}”，不能再办理。情况有变化可以重新申请。",
            f"This application is {state_en}; nothing more is done with it. If things changed, apply anew.",
        )


class NotNamed(Refusal):
    def __init__(self, outcomes_zh: Sequence[str], outcomes_en: Sequence[str]) -> None:
        super().__init__(
            f"请选一个结果。现在可以选：{'、'.join(outcomes_zh) or '无'}。",
            f"Choose an outcome. Possible now: {', '.join(outcomes_en) or 'nothing'}.",
        )


class SomeoneWasFirst(Refusal):
    """Two acted at once; this one came second and changed nothing."""

    def __init__(self, who: str, what_zh: str, what_en: str, now_zh: str, now_en: str) -> None:
        super().__init__(
            f"{who}刚刚办理了这件申请（{what_zh}），现在是“{now_zh}”。您的办理没有生效，您写的还在下面。",
            f"{who} has just acted on this application ({what_en}); it is now “{now_en}”. Yours changed nothing, and what you wrote is below.",
        )


class OwnMatter(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件申请涉及您本人或您的家庭（账户曾登记为其中一人的也算），须回避。请由另一位同事办理。",
            "This application is about you or your household, or about somebody your account was said to be. Leave it to another colleague.",
        )


class FourEyes(Refusal):
    def __init__(self, *, is_colleague: bool) -> None:
        if is_colleague:
            super().__init__(
                "与您互相代岗的同事已办理过这件申请，视同您本人。这一步须由另一位同事办理。",
                "A colleague who stands in for you, or you for them, has acted on it: you count as one. Another colleague does this step.",
            )
            return
        super().__init__(
            "您已办理过这件申请，这一步须由另一位同事办理。",
            "You have acted on this application already; this step is for another colleague.",
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明理由，申请人会看到。", "Please give a reason; the applicant reads it.")


class NothingAsked(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写明缺什么，申请人才知道补什么。", "Say what is missing, so that the applicant knows what to bring."
        )


class RulesSayNo(Refusal):
    def __init__(self, zh: Sequence[str], en: Sequence[str]) -> None:
        super().__init__(
            f"按规则不予：{'；'.join(zh)}。不能选通过；可以退回补正，或选不予。",
            f"By the rules this is refused: {'; '.join(en)}. It cannot be accepted; send it back or refuse it.",
        )


class StillUnknown(Refusal):
    """`names`: facts that the answer hangs on."""

    def __init__(self, names: Sequence[str], zh: Sequence[str], en: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(
            f"还不能判定，缺：{'、'.join(zh)}。请核实填写，或请申请人补充。",
            f"It cannot be told yet; missing: {', '.join(en)}. Fill it in, or ask the applicant.",
        )


class NoticeIsUp(Refusal):
    def __init__(self, day: str) -> None:
        super().__init__(
            f"公示到 {day} 为止，期满后才能办这一步。",
            f"The notice is up until {day}; this step can be made after that day.",
        )


class WaitsForFinance(Refusal):
    def __init__(self, desk: str) -> None:
        super().__init__(
            f"当前岗位不能列支资金，由{desk}的财务列支。", f"Your post cannot set money aside; finance at {desk} does."
        )


class NoPayee(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件事项没有登记在册的职工，不能在这里给钱。可以退回上一步，选不涉及钱的结果。",
            "No worker of the register stands behind this, so nobody can be paid here. Send it back and choose a result without money.",
        )


class DoesNotFit(Refusal):
    """An outcome contradicts an answer. `names`: the field; `said` null: it is not answered; `is_looked_up`: in a register, and never typed."""

    def __init__(
        self,
        name: str,
        outcome: Mapping[str, str],
        title: Mapping[str, str],
        fitting: Sequence[Mapping[str, str]],
        said: Mapping[str, str] | None,
        *,
        is_looked_up: bool,
    ) -> None:
        self.names = (name,)
        should_zh = "或".join(f"“{one['zh']}”" for one in fitting)
        should_en = " or ".join(f"“{one['en']}”" for one in fitting)
        now_zh = f"现在是“{said['zh']}”" if said else "现在没有填"
        now_en = f"it is “{said['en']}” now" if said else "it is not answered yet"
        do_zh = "这一项按名册答：先在名册登记，或改选别的结果。" if is_looked_up else "请核对所填，或改选别的结果。"
        do_en = "The register answers this: enter it there first" if is_looked_up else "Check what was filled in"
        super().__init__(
            f"选“{outcome['zh']}”，“{title['zh']}”须是{should_zh}，{now_zh}。{do_zh}",
            f"“{outcome['en']}” needs {should_en} at “{title['en']}”; {now_en}. {do_en}, or choose another outcome.",
        )


class AlreadyGranted(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "已经批准，正在发放，不能在这里撤回。不需要这笔钱，请联系办理的工会。",
            "It is approved and on its way, so it cannot be withdrawn here. If you do not want it, tell the union.",
        )


class AlreadyObjected(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您的异议正在核查，不用再提。有新的材料，请在“我的异议”里补交。",
            "Your objection is being looked into; there is no need for another. Add new papers under “My objection”.",
        )


class ForAHigherUnion(Refusal):
    def __init__(self, desk: str) -> None:
        super().__init__(
            f"这个决定是{desk}作出的，须由{desk}或其上级工会中没有经手的同事答复。",
            f"{desk} decided this: a colleague there, or at a union above it, who had no hand in it, answers.",
        )


class MoneyNotYours(Refusal):
    def __init__(self, desk: str) -> None:
        super().__init__(
            f"这件申请的钱已列支，您的岗位不能退回。请先由{desk}的财务取消这笔预留，再答复。",
            f"Money is set aside for this, and your post cannot give it back. Ask finance at {desk} to cancel it first, then answer.",
        )


class AppliedAnew(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"申请人已就同一件事重新申请（{number}），不能再重办这一件。请答复“不成立”并写明在新申请中一并处理。",
            f"The applicant has applied anew for the same ({number}), so this one cannot be opened again. Answer that the new one covers it.",
        )


class HigherApprovalNeeded(Refusal):
    """Sentences of the pack's own approvals that are not given yet."""

    def __init__(self, zh: Sequence[str], en: Sequence[str]) -> None:
        super().__init__(
            f"{'；'.join(zh)}。请先报上级批准，填写批复文号，再办理。",
            f"{'; '.join(en)}. Get that approval first and give its document number, then go on.",
        )


class NobodyNamed(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件事项没有填姓名和身份证号，登记册里也没有这个人，不能登记会籍。请先核实并填上。",
            "Neither a name and ID number nor a person of the register stands here, so nobody can be made a member. Fill them in first.",
        )


class NobodyToAsk(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件事项没有登录的申请人，不能退回给他。请直接办理，或选不予并写明理由。",
            "Nobody signed in stands behind this, so it cannot be sent back to them. Act on it, or refuse it with a reason.",
        )


class NoSuchReceipt(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这个回执号。请对照交上时给出的十二位号码，再输入一次。",
            "There is no such receipt. Compare it with the twelve characters you were given, and type it again.",
        )


class NoSuchRegister(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这本名册。请从“办一件事项”进入。",
            "There is no such register. Choose one on the page “Begin a matter”.",
        )


class NothingMatches(Refusal):
    """The same words whichever of the two is wrong: a refusal must not tell that a number exists."""

    def __init__(self) -> None:
        super().__init__(
            "号码和手机尾号对不上。请对照回执再输入一次；手机尾号是办这件事时留下的手机号的末四位。",
            "The number and the digits do not go together. Compare them with your receipt; the digits are the last four of the telephone number that you gave.",
        )


class TriedTooOften(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个号码今天试得太多了，请明天再来；登录后可以在“我的娘家”直接评价。",
            "This number was tried too often today. Come back tomorrow, or sign in and say it under “My union home”.",
        )


class NotToBeRated(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件事还没有办结，或已经撤回。办结以后再来评价。",
            "This is not over yet, or was withdrawn. Come back once it is over.",
        )


class RatedAlready(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件事已经评价过了，谢谢。还有话要说，请拨打 12351。",
            "It was said of this already, thank you. If there is more to say, call 12351.",
        )


class NotForThisPost(NotAllowed):
    def __init__(self, title_zh: str, title_en: str) -> None:
        self.action = ""
        Refusal.__init__(
            self,
            f"“{title_zh}”不由当前岗位发起。请到有权的工会岗位办理。",
            f"“{title_en}” is not begun on your present post. Choose the post of the union that begins it.",
        )


class NobodyChosen(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有找到这位职工。请核对身份证号或手机号；不在本单位的，请其所在工会办理。",
            "No such worker in your part of the tree. Check the number, or leave it to their own union.",
        )


class NotFilledForThem(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件申请不在等职工核对，不能凭纸面材料代交。请回到申请看现在到了哪一步。",
            "This is not waiting for the worker to confirm, so nothing can be handed in for them. See where it stands now.",
        )


class NotAskedHere(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "现在这一步不收这份材料。请回到事项，看这一步要什么。",
            "This step takes no such paper. Go back to the matter and see what the step asks for.",
        )


class PaperMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请拍下职工签字的纸面申请，再代交。",
            "Photograph the paper that the worker signed, then hand it in for them.",
        )
