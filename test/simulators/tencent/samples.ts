/** The sample of the Chinese page, with its comment taken out and the missing comma put in. */
export const SAMPLE_OF_THE_CHINESE_PAGE = `{"Robot_Account":"robot", "CalleeList_Account":["jack"],"Timeout":300000,"UserData":"userdata-12345687","CallInfo":{"MediaType": "Video","RoomId":"roomid-test","RoomIdType":2},"OfflinePushInfo": {"PushFlag": 0,"Title":"这是推送标题","Desc": "这是离线推送内容","Ext": "{\\"entity\\":{\\"key1\\":\\"value1\\",\\"key2\\":\\"value2\\"}}"}}`;

/** The sample of the English page, made valid in the same way. */
export const SAMPLE_OF_THE_ENGLISH_PAGE = `{"Robot_Account":"robot", "CalleeList_Account":["jack"],"Timeout":300000,"UserData":"userdata-12345687","CallInfo":{"MediaType": "Video","RoomId":"roomid-test","RoomIdType":2},"OfflinePushInfo": {"PushFlag": 0,"Title":"This is the push title","Desc": "This is offline push content","Ext": "{\\"entity\\":{\\"key1\\":\\"value1\\",\\"key2\\":\\"value2\\"}}"}}`;

export const SAMPLE_INFO_REQUEST = `{"CallId": "055662e1-bc8a-469c-a334-1126c8c17d58"}`;
