"""Chinese surnames as written in the United Kingdom: Pinyin, Cantonese and other romanisations.

Compiled for this project from general knowledge (facts, no source copied). They mark names whose given name is
often two syllables, written apart, joined or with a hyphen, and whose family name may stand first. Data only.
"""

CHINESE_SURNAMES = frozenset(
    """
    wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang
    feng dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye yan yu pan du dai xia
    zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long
    wan duan lei qian yin yi chang wen pang lai ni mei
    wong chan cheung lau leung lam ng ho tsang kwok chow chu yeung yip tam mak tse choi fung lui siu tsui ko
    kwan yuen poon lok kwong hui au yiu ip chiu lai kam wan hung tong lo szeto tsoi chung yau
    tan lim ong goh koh teo chua ang yeo toh
    """.split()
)
