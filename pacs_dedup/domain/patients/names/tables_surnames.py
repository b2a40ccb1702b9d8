"""Chinese family names, folded to simplified. Written by scripts/make_name_tables.py.

SHA-256 of what follows the imports: 9971c8563e297da6d72b917972444d3f2862ca64f1c2e5aed9e2ab2d50bd3253
"""

from typing import Final

SINGLE: Final = (
    "丁万丘东严丰乌乐乔乜习于云亓井仇从付仝代仰仲任伊伍伏伦何佘余佟侯俞候倪傅储元充党全公关养冀冉农冯况冷冼凌凤刁"
    "刘利别劳勾包匡区华卓单卜卞占卢卫印危卿厉厍原双古史叶司吉后向吕吴周和咸哈唐商喻国堵墨夏夔奚姚姜姬娄孔孙孟季宁"
    "安宋宓宗宣宦宫宰家容宿寇富寿封尚尤尹居屈屠山岑岩岳崔嵇巢左巩巫巴帅师席常干平年幸广庄应庞康庾廉廖弓弘张强归彭"
    "徐怀惠慎慕戈戎成戚戴房扈扶揭支敖文方施时昌明易昝晁晋晏景暨暴曲曹曾有朱朴权李杜束来杨杭松林柏查柯柳柴栾桂桑桓"
    "梁梅植楚楼樊欧步武殳段殷毋毕毛水汝江池汤汪汲沃沈沙法洪浦涂温游湛滑滕满潘濮焦熊燕爱牛牟牧狄王班琴璩甄甘田申白"
    "皮益盖盘盛相瞿石祁祖祝禄福禤禹秋秦程税穆空窦章童竺符简管籍米粟糜索红纪练终经缪罗羊羿翁翟耿聂肖胡胥能臧舒艾芮"
    "花苍苏苑苗苟范茅茹荀荆荣莘莫萧葛董蒋蒙蒯蒲蓝蓟蓬蔚蔡蔺薄薛虞融衡袁裘裴褚覃解訾詹计许诸谈谌谢谭谯谷贝贡贲费贺"
    "贾赖赵越路车辛边连迟逄通逯邓邝邢那邬邰邱邴邵邸邹郁郎郏郑郗郜郝郦郭都鄂鄢酆金钟钦钭钮钱闫闵闻阎阙阚阮阳阴陆陈"
    "陶隆隗雍雷霍靳鞠韦韩韶项须顾颜饶马骆高魏鱼鲁鲍麦麻黄黎齐龙龚"
)
"""Family names of one character."""
COMPOUND: Final = (
    "欧阳 司徒 上官 诸葛 司马 夏侯 东方 皇甫 尉迟 公孙 令狐 慕容 宇文 长孙 轩辕 端木 南宫 钟离 闾丘 万俟 赫连 澹"
    "台 淳于 单于 太叔 申屠 仲孙 鲜于 司空 独孤 呼延 百里 东郭 西门 濮阳 公羊 公冶 宗政 拓跋 第五 左丘 梁丘 闻人"
)
"""Family names of two characters."""
READINGS: Final = (
    "曾 zang zeng|单 sin shan|仇 kau,sau qiu|区 au ou|解 haai,gaai xie|查 zaa zha|翟 zaak zhai|覃 cam,taam qin,ta"
    "n|朴 pok piao|盖 goi,gap gai,ge|乐 ngok,lok yue,le|缪 miu miao|员 wan yun|任 jam ren|华 waa hua|宁 ning ning"
    "|燕 jin yan|逄 pong pang|令 ling ling|隗 wai,ngai wei,kui|郗 ci,hei xi,chi|谌 sam chen,shen|卜 buk bu|冼 sin"
    " xian|佘 se she|车 ce che|葛 got ge|应 jing ying|纪 gei ji|石 sek shi|沈 sam shen|盛 sing sheng|曲 kuk qu|邵"
    " siu shao|召 siu shao|薛 sit xue|费 fai,bei fei|於 jyu yu|岳 ngok yue|伍 ng wu|吴 ng wu|柏 paak,baak bai,bo|"
    "尉 wai,wat wei,yu|种 cung chong|尹 wan yin|屈 wat qu|褚 cyu chu|冯 fung feng|禤 hyun xuan|长 coeng,zoeng zha"
    "ng|俟 kei,zi qi,si|万 maan,mak wan,mo|贾 gaa jia|钭 dau tou|训 fan xun|洗 sin xian|重 cung chong|秘 bei bi|"
    "繁 po po|祭 zaai zhai|佴 nei nai|宓 mat,fuk mi|能 nang neng|那 naa na|余 jyu yu|沙 saa sha|郑 zeng zheng|钟 "
    "zung zhong|范 faan fan|叶 jip ye|干 gon gan|丰 fung feng|只 zek zhi|台 toi tai|征 zing zheng|谷 guk gu|游 ja"
    "u you|占 zim zhan|肖 siu,ciu xiao|付 fu fu|卢 lou lu|芦 lou lu|涂 tou tu|欧 au ou|阳 joeng yang|庄 zong zhua"
    "ng|岑 sam,cam cen|洪 hung hong"
)
"""Character, Jyutping, Pinyin: how it is read as a family name only."""
