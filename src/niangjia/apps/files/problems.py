"""Why a file is turned away, each with what to do instead."""

from __future__ import annotations

from niangjia.kernel.problems import Refusal


class FileRefused(Refusal):
    """The file cannot be taken; nothing of it is kept."""


class NoSuchFile(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这个附件，可能已被移除。请返回上一页看看现有的附件。",
            "There is no such file; it may have been removed. Go back to see the files that are there.",
        )


def megabytes(byte_count: int) -> str:
    return f"{byte_count / 1024 / 1024:.0f}"


class TooLarge(FileRefused):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"文件超过 {megabytes(most)} MB。照片请用普通画质重拍，PDF 请分成几份再传。",
            f"The file is larger than {megabytes(most)} MB. Take the photo again in normal quality, or split the PDF.",
        )


class TooManyPixels(FileRefused):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"图片的像素太多（超过 {most // 1_000_000} 百万）。请在相机设置里改用普通尺寸重拍，或截取需要的部分。",
            f"The picture has too many pixels (over {most // 1_000_000} million). Take it in the camera's normal size, or crop it.",
        )


class TooMany(FileRefused):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"这里最多放 {most} 个附件。请先移除不需要的，再添加。",
            f"At most {most} files fit here. Remove what is not needed first.",
        )


class EmptyFile(FileRefused):
    def __init__(self) -> None:
        super().__init__("文件是空的。请重新选择。", "The file is empty. Choose it again.")


class UnknownType(FileRefused):
    def __init__(self) -> None:
        super().__init__(
            "只收照片（JPEG、PNG、WebP）和 PDF。其他文件请拍成照片，或另存为 PDF 再传。",
            "Only photos (JPEG, PNG, WebP) and PDF are taken. Take a photo of anything else, or save it as a PDF.",
        )


class UnreadablePhoto(FileRefused):
    def __init__(self) -> None:
        super().__init__(
            "照片打不开，可能没有传完整或已损坏。请重新拍一张再传。",
            "The photo cannot be opened: it may be cut short or damaged. Take it again.",
        )


class UnknownRecording(FileRefused):
    def __init__(self) -> None:
        super().__init__(
            "录音和录像只收 MP3、M4A、MP4 和 MOV。请用手机自带的录音或相机另录一份，或转换后再传。",
            "Recordings are taken as MP3, M4A, MP4 and MOV. Record with the phone's own app, or convert it first.",
        )


class TornRecording(FileRefused):
    def __init__(self) -> None:
        super().__init__(
            "录音或录像不完整，可能没有传完。请重新选择原文件再传。",
            "The recording is not whole; it may be cut short. Choose the original file and send it again.",
        )


class TornPdf(FileRefused):
    def __init__(self) -> None:
        super().__init__(
            "这份 PDF 不完整，或首尾夹带了别的内容。请重新导出一份，或打印后拍照上传。",
            "This PDF is not whole, or carries something before or after it. Export it again, or print it and upload photos.",
        )


class LockedPdf(FileRefused):
    def __init__(self) -> None:
        super().__init__(
            "这份 PDF 加了密码，经办人打不开。请去掉密码再传，或打印后拍照上传。",
            "This PDF is locked with a password. Remove it and upload again, or print it and upload photos.",
        )


class ActivePdf(FileRefused):
    def __init__(self) -> None:
        super().__init__(
            "这份 PDF 里带有脚本、附件或会自动运行的内容，为安全起见不收。请用“打印为 PDF”另存一份，或打印后拍照上传。",
            "This PDF holds scripts, attachments or something that runs by itself and is not taken. Save it again by “Print to PDF”, or print it and "
            "upload photos.",
        )
